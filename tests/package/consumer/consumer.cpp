// A user's program: a training of one round that goes on although its hub is away.
#include <fedwatt/worker.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace {

bool expect(bool condition, const char* what) {
  if (!condition) std::fprintf(stderr, "consumer: expected that %s\n", what);
  return condition;
}

bool trains_without_a_hub() {
  fedwatt::WorkerOptions options;
  options.hub = "ws://127.0.0.1:1";  // nothing listens on port 1
  options.run = "package-test";
  options.worker = "consumer";
  options.log = [](std::string_view) {};
  fedwatt::Worker worker(options);

  bool good = expect(worker.checkpoint(1) == fedwatt::Next::kContinue, "the training goes on");
  { const auto fit = worker.phase(fedwatt::Phase::kFit); }
  fedwatt::RoundResult result;
  result.accuracy = 0.5;
  worker.report(result);

  const fedwatt::WorkerStats stats = worker.stats();
  good &= expect(!stats.connected, "there is no hub");
  good &= expect(stats.reports_made >= 1, "the report was made");
  good &= expect(stats.reports_acknowledged == 0, "nobody acknowledged it");
  good &= expect(!worker.close(std::chrono::milliseconds(100)), "close says that a report is lost");
  return good;
}

bool refuses_a_worker_without_a_run() {
  try {
    const fedwatt::Worker worker(fedwatt::WorkerOptions{});
  } catch (const std::invalid_argument&) {  // thrown in the library, caught here
    return true;
  }
  return expect(false, "a worker without a run is refused");
}

}  // namespace

int main() {
  const bool trained = trains_without_a_hub();
  const bool good = refuses_a_worker_without_a_run() && trained;
  if (good) std::puts("consumer: all is well");
  return good ? 0 : 1;
}
