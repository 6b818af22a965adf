// One worker of a federated training of Fashion-MNIST: gets weights, trains them on its own shard,
// gives them back. What it tells Fedwatt is in train_round(), below.

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <tl/expected.hpp>

#include "fedwatt/worker.h"
#include "interruption.h"
#include "learning/examples.h"
#include "learning/local_training.h"
#include "learning/shards.h"
#include "transport/connection.h"

namespace fashion {
namespace {

struct Options {
  std::string hub = "ws://127.0.0.1:3000";
  std::string run = "fashion-mnist";
  std::string name;
  std::string region;
  std::string data = "/usr/share/datasets/fashion-mnist";
  std::uint16_t coordinator = 0;
  std::uint32_t shard = 0;
};

void add_options(CLI::App* app, Options* o) {
  app->option_defaults()->always_capture_default();
  app->add_option("--hub", o->hub, "Address of the Fedwatt hub");
  app->add_option("--run", o->run, "Name of the run, the same for all workers");
  app->add_option("--region", o->region, "ISO 3166 code of the grid that feeds it");
  app->add_option("--data", o->data, "Folder of the four Fashion-MNIST files");
  app->option_defaults()->always_capture_default(false);
  app->add_option("--name", o->name, "This worker's name in the run")->required();
  app->add_option("--coordinator", o->coordinator, "The coordinator's port on 127.0.0.1")
      ->required();
  app->add_option("--shard", o->shard, "Which shard it trains on, from 0; one worker each")
      ->required();
}

int fail(const std::string& sentence) {
  std::cerr << sentence << std::endl;
  return EXIT_FAILURE;
}

tl::expected<Hyperparameters, std::string> join(Connection& coordinator, const Options& options) {
  if (auto sent = coordinator.send(Join{options.name, options.shard}); !sent) {
    return tl::unexpected("The coordinator " + sent.error() + ".");
  }
  const auto answer = coordinator.receive();
  if (!answer) return tl::unexpected("The coordinator " + answer.error() + ".");
  if (const auto* end = std::get_if<End>(&*answer)) {
    return tl::unexpected("The coordinator turned " + options.name + " away: " + end->reason + ".");
  }
  const auto* assignment = std::get_if<Assignment>(&*answer);
  if (assignment == nullptr) {
    return tl::unexpected<std::string>("The coordinator did not say what to train.");
  }
  return assignment->hyperparameters;
}

tl::expected<LocalTraining, std::string> load_shard(fedwatt::Worker& fedwatt,
                                                    const Hyperparameters& hyperparameters,
                                                    const Options& options) {
  auto init = fedwatt.phase(fedwatt::Phase::kInit);
  const auto all = load_examples(options.data, Split::kTrain);
  if (!all) return tl::unexpected(all.error());
  const auto shards = deal_shards(all->labels, hyperparameters.shards,
                                  hyperparameters.concentration, hyperparameters.seed);
  return LocalTraining(hyperparameters, options.shard, select(*all, shards[options.shard]));
}

// Answers one Train message. `before` is the connection's traffic before that message came.
tl::expected<void, std::string> train_round(fedwatt::Worker& fedwatt, const LocalTraining& training,
                                            Train work, const Traffic& before,
                                            Connection& coordinator) {
  Update update{work.round, training.num_examples(), {}};
  {
    auto fit = fedwatt.phase(fedwatt::Phase::kFit);
    update.weights = training.train(std::move(work.weights), work.round);
  }
  Evaluation local;
  {
    auto evaluation = fedwatt.phase(fedwatt::Phase::kEvaluate);
    local = training.evaluate(update.weights);
  }
  {
    auto communicate = fedwatt.phase(fedwatt::Phase::kCommunicate);
    if (auto sent = coordinator.send(update); !sent) return sent;
  }
  fedwatt::RoundResult result;
  result.accuracy = local.accuracy;
  result.loss = local.loss;
  result.num_examples = update.num_examples;
  result.bytes_sent = coordinator.traffic().bytes_sent - before.bytes_sent;
  result.bytes_received = coordinator.traffic().bytes_received - before.bytes_received;
  fedwatt.report(result);
  std::cout << "round " << update.round << " local accuracy " << local.accuracy << " loss "
            << local.loss << std::endl;
  return {};
}

// Blocks or stops only if an operator named this very worker: the rest is the coordinator's.
fedwatt::Next checkpoint(fedwatt::Worker& fedwatt, std::int64_t round,
                         const Connection& coordinator) {
  // The training may end meanwhile: then there is nothing left to be paused for.
  const HangupWatch watch(coordinator.descriptor());
  return fedwatt.checkpoint(round);
}

// Works until the coordinator, or an operator, ends it. Returns which: the reason for the bye.
tl::expected<std::string, std::string> work(fedwatt::Worker& fedwatt, const LocalTraining& training,
                                            Connection& coordinator) {
  while (true) {
    const Traffic before = coordinator.traffic();
    auto message = coordinator.receive();
    if (!message) return tl::unexpected("The coordinator " + message.error() + ".");
    if (const auto* end = std::get_if<End>(&*message)) return end->reason;
    auto* train = std::get_if<Train>(&*message);
    if (train == nullptr || train->weights.size() != training.shape().weight_count()) {
      return tl::unexpected<std::string>("The coordinator sent no weights of this model.");
    }
    if (checkpoint(fedwatt, train->round, coordinator) == fedwatt::Next::kStop) return "stopped";
    if (auto done = train_round(fedwatt, training, std::move(*train), before, coordinator); !done) {
      return tl::unexpected("The coordinator " + done.error() + ".");
    }
  }
}

// Everything between hello and bye. Returns the reason for the bye, or what went wrong.
tl::expected<std::string, std::string> take_part(fedwatt::Worker& fedwatt, const Options& options) {
  auto coordinator = Connection::to(options.coordinator);
  if (!coordinator) return tl::unexpected("The coordinator " + coordinator.error() + ".");
  const auto hyperparameters = join(*coordinator, options);
  if (!hyperparameters) return tl::unexpected(hyperparameters.error());
  const auto training = load_shard(fedwatt, *hyperparameters, options);
  if (!training) return tl::unexpected(training.error());
  std::cout << training->num_examples() << " examples to train on" << std::endl;
  return work(fedwatt, *training, *coordinator);
}

int run(const Options& options) {
  block_interrupts();
  fedwatt::WorkerOptions watched;
  watched.hub = options.hub;
  watched.run = options.run;
  watched.worker = options.name;
  watched.region = options.region;
  watched.framework = "FedAvg example";
  fedwatt::Worker fedwatt(watched);
  const Interruption interruption(fedwatt);

  const auto outcome = take_part(fedwatt, options);
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
  CLI::App app("One worker of a federated training of Fashion-MNIST, watched by Fedwatt.");
  fashion::add_options(&app, &options);
  CLI11_PARSE(app, argc, argv);
  try {
    return fashion::run(options);
  } catch (const std::exception& error) {
    return fashion::fail(error.what());
  }
}
