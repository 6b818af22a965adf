#include <fedwatt/worker.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

// A worker that a test leads by lines on standard input: a number trains so many rounds more,
// "flush" waits until the hub has all of it, "spooled" until the spool has; the end of the input
// ends the training.
//   offline_worker HUB RUN WORKER FILE [SPOOL_DIR]
int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  fedwatt::WorkerOptions options;
  options.hub = argv[1];
  options.run = argv[2];
  options.worker = argv[3];
  options.offline_file = argv[4];
  if (argc == 6) options.spool_dir = argv[5];
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
    if (order == "spooled") {  // until a SIGKILL loses nothing
      auto stats = worker.stats();
      while (stats.reports_spooled < stats.reports_waiting && stats.spool_failures == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        stats = worker.stats();
      }
      std::cout << (stats.spool_failures == 0 ? "spooled" : "failed") << std::endl;
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
