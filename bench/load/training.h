#pragma once

#include <cstdint>
#include <string>

namespace fedwatt::bench {

// The texts that the generator's workers and viewers send: a training that goes as it should, one
// report of each worker in each round.
std::string worker_hello(const std::string& run, std::size_t worker);
std::string viewer_hello();
std::string subscription(const std::string& run);

// Writes reports into one buffer, in a third of a microsecond: their times are written once a
// millisecond.
class ReportWriter {
 public:
  // The worker's report `seq`, from 1, is of round seq - 1. The text is valid until the next call.
  const std::string& write(std::int64_t seq, std::int64_t unix_ms);

 private:
  std::string started_at_;
  std::int64_t started_at_ms_ = -1;
  std::string text_;
};

}  // namespace fedwatt::bench
