// The example of README.md: check_package compares the two, and this compiles and runs it.
#include <fedwatt/worker.h>

namespace {

void train() {}
double evaluate() { return 0.81; }

}  // namespace

int main() {
  // README begin
  fedwatt::WorkerOptions options;
  options.run = "digits";
  options.worker = "hospital-3";
  options.region = "FR";
  fedwatt::Worker worker(options);  // connects in the background to ws://127.0.0.1:3000
  for (int round = 1; round <= 20; ++round) {
    if (worker.checkpoint(round) == fedwatt::Next::kStop) break;  // waits while paused
    auto fit = worker.phase(fedwatt::Phase::kFit);  // measures until end(), or the scope's end
    train();
    fit.end();
    fedwatt::RoundResult result;
    result.accuracy = evaluate();
    worker.report(result);
  }
  // README end
  worker.close(std::chrono::milliseconds(0));  // nobody may be there to wait for
  return 0;
}
