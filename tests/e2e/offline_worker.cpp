#include <fedwatt/worker.h>

#include <cstdint>
#include <iostream>
#include <string>

// A worker that a test leads by lines on standard input: a number trains so many rounds more,
// "flush" waits until the hub has all of it; the end of the input ends the training.
//   offline_worker HUB RUN WORKER FILE
int main(int argc, char** argv) {
  if (argc != 5) return 2;
  fedwatt::WorkerOptions options;
  options.hub = argv[1];
  options.run = argv[2];
  options.worker = argv[3];
  options.offline_file = argv[4];
  options.measure = fedwatt::Measure::kNothing;
  options.region = "FR";
  options.close_timeout = std::chrono::milliseconds(200);
  fedwatt::Worker worker(options);

  std::int64_t round = 0;
  for (std::string order; std::getline(std::cin, order);) {
    if (order == "flush") {
      std::cout << (worker.flush(std::chrono::minutes(1)) ? "flushed" : "not flushed") << std::endl;
      continue;
    }
    for (int left = std::stoi(order); left > 0; --left) {
      worker.checkpoint(++round);
      {
        const auto fit = worker.phase(fedwatt::Phase::kFit);
        fedwatt::EnergyReading reading;
        reading.machine_j = 10;
        worker.add_energy(reading, "plug");
      }
      fedwatt::RoundResult result;
      result.accuracy = 0.5;
      result.num_examples = 10;
      worker.report(result);
    }
    std::cout << "trained" << std::endl;
  }
  return 0;
}
