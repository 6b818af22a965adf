/* A worker of a federated training in C99: logistic regression by gradient descent, watched by
 * Fedwatt. c_minimal [HUB [WORKER [ROUNDS]]] */
#include <fedwatt/fedwatt.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { kFeatures = 16, kTrainExamples = 20000, kTestExamples = 5000, kSteps = 10 };

typedef struct {
  double features[kFeatures];
  int label; /* 0 or 1 */
} example;

typedef struct {
  double weights[kFeatures];
} model;

static example training_set[kTrainExamples];
static example test_set[kTestExamples];

/* Uniform in [-1, 1), the same everywhere. */
static double next_random(uint64_t* state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) / (double)(UINT64_C(1) << 52) - 1;
}

static double dot(const double* a, const double* b) {
  double sum = 0;
  for (int i = 0; i < kFeatures; ++i) sum += a[i] * b[i];
  return sum;
}

/* Points on both sides of a plane; close to it, noise decides the label. The features' scales
 * differ, which is what makes gradient descent slow. */
static void make_examples(example* examples, int count, const double* plane, uint64_t* random) {
  for (int n = 0; n < count; ++n) {
    for (int i = 0; i < kFeatures; ++i) examples[n].features[i] = next_random(random) * (i + 1);
    const double noise = 0.25 * next_random(random);
    examples[n].label = dot(plane, examples[n].features) + noise > 0;
  }
}

static double probability(const model* m, const example* e) {
  return 1 / (1 + exp(-dot(m->weights, e->features)));
}

/* A few steps of gradient descent over all training examples. */
static void train(model* m) {
  for (int step = 0; step < kSteps; ++step) {
    double gradient[kFeatures] = {0};
    for (int n = 0; n < kTrainExamples; ++n) {
      const double error = probability(m, &training_set[n]) - training_set[n].label;
      for (int i = 0; i < kFeatures; ++i) gradient[i] += error * training_set[n].features[i];
    }
    const double rate = 0.02;
    for (int i = 0; i < kFeatures; ++i) m->weights[i] -= rate * gradient[i] / kTrainExamples;
  }
}

/* The share of the test examples that the model gets right, and its cross-entropy. */
static double evaluate(const model* m, double* loss) {
  int right = 0;
  *loss = 0;
  for (int n = 0; n < kTestExamples; ++n) {
    const double p = probability(m, &test_set[n]);
    right += (p > 0.5) == test_set[n].label;
    *loss -= log(test_set[n].label ? p : 1 - p) / kTestExamples;
  }
  return (double)right / kTestExamples;
}

int main(int argc, char** argv) {
  const char* hub = argc > 1 ? argv[1] : "ws://127.0.0.1:3000";
  const char* name = argc > 2 ? argv[2] : "c-1";
  const int64_t rounds = argc > 3 ? strtoll(argv[3], NULL, 10) : 10;

  uint64_t random = 2026;
  double plane[kFeatures];
  for (int i = 0; i < kFeatures; ++i) plane[i] = next_random(&random) / (i + 1);
  make_examples(training_set, kTrainExamples, plane, &random);
  make_examples(test_set, kTestExamples, plane, &random);
  model m = {.weights = {0}};

  /* README begin */
  fedwatt_options options;
  fedwatt_options_init(&options, sizeof options);
  options.hub = hub;
  options.run = "c-minimal";
  options.worker = name;
  options.total_rounds = rounds;
  char error[256];
  fedwatt_worker* worker = fedwatt_worker_open(&options, error, sizeof error);
  if (!worker) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  const char* outcome = "finished";
  for (int64_t round = 1; round <= rounds; ++round) {
    if (fedwatt_worker_checkpoint(worker, round) == FEDWATT_STOP) { /* waits while paused */
      outcome = "stopped";
      break;
    }
    const uint64_t fit = fedwatt_worker_begin_phase(worker, FEDWATT_FIT);
    train(&m);
    fedwatt_worker_end_phase(worker, fit);

    const uint64_t evaluation = fedwatt_worker_begin_phase(worker, FEDWATT_EVALUATE);
    double loss = 0;
    const double accuracy = evaluate(&m, &loss);
    fedwatt_worker_end_phase(worker, evaluation);

    const int64_t num_examples = kTrainExamples;
    const fedwatt_result result = {
        .size = sizeof result, .accuracy = &accuracy, .loss = &loss, .num_examples = &num_examples};
    fedwatt_worker_report(worker, &result);
    printf("round %" PRId64 " accuracy %.4f\n", round, accuracy);
  }
  const int complete = fedwatt_worker_close(worker, 10000, outcome);
  fedwatt_worker_free(worker);
  /* README end */
  printf("%s\n", outcome);
  if (!complete) fputs("the hub has not taken all reports\n", stderr);
  return complete ? 0 : 2;
}
