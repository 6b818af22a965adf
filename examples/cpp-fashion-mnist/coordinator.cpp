// Coordinates a federated training of Fashion-MNIST: sends the weights out, averages what comes
// back, and judges the result on the test images. What it tells Fedwatt is in train(), below.

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <tl/expected.hpp>

#include "federation.h"
#include "fedwatt/worker.h"
#include "interruption.h"
#include "learning/examples.h"
#include "learning/federated_average.h"
#include "learning/local_training.h"
#include "learning/mlp.h"

namespace fashion {
namespace {

struct Options {
  std::string hub = "ws://127.0.0.1:3000";
  std::string run = "fashion-mnist";
  std::string name = "coordinator";
  std::string region;
  std::string data = "/usr/share/datasets/fashion-mnist";
  std::string model;
  std::string port_file;
  std::uint16_t port = 0;
  int join_timeout_s = 60;
  int round_timeout_s = 30;
  Hyperparameters training;
};

void add_options(CLI::App* app, Options* o) {
  app->option_defaults()->always_capture_default();
  app->add_option("--hub", o->hub, "Address of the Fedwatt hub");
  app->add_option("--run", o->run, "Name of the run, the same for all workers");
  app->add_option("--name", o->name, "This coordinator's name in the run");
  app->add_option("--region", o->region, "ISO 3166 code of the grid that feeds it");
  app->add_option("--data", o->data, "Folder of the four Fashion-MNIST files");
  app->add_option("--model", o->model, "File for the trained weights");
  app->add_option("--port", o->port, "Where workers connect, on 127.0.0.1; 0: any free port");
  app->add_option("--port-file", o->port_file, "File for the port's number, once workers may come");
  app->add_option("--join-timeout", o->join_timeout_s, "Seconds to wait for the next worker")
      ->check(CLI::Range(1, 86'400));
  app->add_option("--round-timeout", o->round_timeout_s,
                  "Seconds after which a round goes on without those that are late")
      ->check(CLI::Range(1, 86'400));
  Hyperparameters& t = o->training;
  app->add_option("--rounds", t.rounds, "Rounds")->check(CLI::Range(1, 100'000));
  app->add_option("--workers", t.shards, "Workers, with one shard each")->check(CLI::Range(1, 64));
  app->add_option("--hidden", t.hidden, "Hidden units")->check(CLI::Range(1, 4096));
  app->add_option("--local-epochs", t.local_epochs, "Epochs of each worker in a round")
      ->check(CLI::Range(1, 1000));
  app->add_option("--batch", t.batch_size, "Examples in a minibatch")->check(CLI::Range(1, 10'000));
  app->add_option("--learning-rate", t.learning_rate, "Step of the gradient descent")
      ->check(CLI::Range(1e-6, 10.0));
  app->add_option("--concentration", t.concentration,
                  "How alike the shards' labels are: 0.1 hardly, 100 very")
      ->check(CLI::Range(0.01, 1e4));
  app->add_option("--seed", t.seed, "The same seed gives the same accuracies");
}

int fail(const std::string& sentence) {
  std::cerr << sentence << std::endl;
  return EXIT_FAILURE;
}

// Appears whole or not at all: whoever waits for the file may read it at once.
bool write_port_file(const std::filesystem::path& path, std::uint16_t port) {
  const std::filesystem::path unfinished = path.string() + ".new";
  std::ofstream(unfinished) << port << '\n';
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  return !error;
}

// A line of text with the layers' sizes, then the weights as 32-bit floats in the order of Weights.
bool save_model(const std::string& path, const MlpShape& shape, const Weights& weights) {
  std::ofstream file(path, std::ios::binary);
  file << "mlp " << shape.inputs << ' ' << shape.hidden << ' ' << shape.classes << '\n';
  file.write(reinterpret_cast<const char*>(weights.data()),
             static_cast<std::streamsize>(weights.size() * sizeof(float)));
  return file.flush().good();
}

// Trains until the last round or until an operator stops the run, and returns which: "finished" or
// "stopped". The error: no worker is left. `weights` is the model so far in any case.
tl::expected<std::string, std::string> train(fedwatt::Worker& fedwatt, Federation& federation,
                                             const Options& options, const MlpShape& shape,
                                             const Examples& test, Weights* weights) {
  const std::chrono::seconds round_timeout(options.round_timeout_s);
  for (std::int64_t round = 1; round <= options.training.rounds; ++round) {
    do {
      // The place where the whole training pauses: no time-out is running.
      if (fedwatt.checkpoint(round) == fedwatt::Next::kStop) return "stopped";
    } while (!federation.wait_until_ready(std::chrono::seconds(1)) && federation.size() > 0);
    // After the checkpoint, so that no round is planned that never comes.
    fedwatt.plan_round(round, federation.ready());
    {
      auto communicate = fedwatt.phase(fedwatt::Phase::kCommunicate);
      federation.send_weights(round, *weights);
    }
    // Outside any phase: waiting is reported as idle.
    const auto updates = federation.collect_updates(round, round_timeout);
    if (federation.size() == 0) {
      return tl::unexpected("No worker is left in round " + std::to_string(round) + ".");
    }
    Evaluation result;
    {
      auto evaluation = fedwatt.phase(fedwatt::Phase::kEvaluate);
      if (!updates.empty()) *weights = federated_average(updates);
      result = evaluate(shape, *weights, test);
    }
    // Bytes are left to the workers' reports: counted at both ends they would cost twice.
    fedwatt::RoundResult global;
    global.accuracy = result.accuracy;
    global.loss = result.loss;
    fedwatt.report(global);
    std::cout << "round " << round << "/" << options.training.rounds << " accuracy "
              << result.accuracy << " loss " << result.loss << " from " << updates.size()
              << " workers" << std::endl;
  }
  return "finished";
}

// Everything between hello and bye. Returns the reason for the bye, or what went wrong.
tl::expected<std::string, std::string> coordinate(fedwatt::Worker& fedwatt,
                                                  const Options& options) {
  auto init = fedwatt.phase(fedwatt::Phase::kInit);
  const auto test = load_examples(options.data, Split::kTest);
  if (!test) return tl::unexpected(test.error());
  auto listener = Listener::on(options.port);
  if (!listener) return tl::unexpected("The coordinator " + listener.error() + ".");
  if (!options.port_file.empty() && !write_port_file(options.port_file, listener->port())) {
    return tl::unexpected(options.port_file + " cannot be written.");
  }
  std::cout << "workers may connect to port " << listener->port() << std::endl;

  const MlpShape shape{.inputs = test->image_size, .hidden = options.training.hidden};
  Weights weights = initial_weights(shape, options.training.seed);
  init.end();
  Federation federation(options.training, weights.size(),
                        [](const std::string& line) { std::cout << line << std::endl; });
  if (!federation.assemble(std::move(*listener), std::chrono::seconds(options.join_timeout_s))) {
    return tl::unexpected("Only " + std::to_string(federation.size()) + " of " +
                          std::to_string(options.training.shards) + " workers came.");
  }
  auto outcome = train(fedwatt, federation, options, shape, *test, &weights);
  federation.end(outcome.value_or("failed"));
  if (!options.model.empty() && !save_model(options.model, shape, weights)) {
    return tl::unexpected(options.model + " cannot be written: the trained weights are lost.");
  }
  return outcome;
}

int run(const Options& options) {
  block_interrupts();
  fedwatt::WorkerOptions watched;
  watched.hub = options.hub;
  watched.run = options.run;
  watched.worker = options.name;
  watched.role = fedwatt::Role::kCoordinator;
  watched.total_rounds = options.training.rounds;
  watched.region = options.region;
  watched.framework = "FedAvg example";
  fedwatt::Worker fedwatt(watched);
  const Interruption interruption(fedwatt);

  const auto outcome = coordinate(fedwatt, options);
  if (!fedwatt.close(std::chrono::seconds(10), outcome.value_or("failed"))) {
    std::cerr << "The hub did not confirm all reports; what it lacks is lost." << std::endl;
  }
  if (!outcome) return fail(outcome.error());
  std::cout << *outcome << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fashion

int main(int argc, char** argv) {
  fashion::Options options;
  CLI::App app(
      "The coordinator of a federated training of Fashion-MNIST, watched by Fedwatt. It waits for "
      "its workers (fashion_mnist_worker), then trains; README.md shows both together.");
  fashion::add_options(&app, &options);
  CLI11_PARSE(app, argc, argv);
  std::cout << std::fixed << std::setprecision(4);
  try {
    return fashion::run(options);
  } catch (const std::exception& error) {
    return fashion::fail(error.what());
  }
}
