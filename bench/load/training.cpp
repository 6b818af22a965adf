#include "training.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iterator>

#include "messages.h"

namespace fedwatt::bench {

std::string worker_hello(const std::string& run, std::size_t worker) {
  return fmt::format(
      R"({{"type":"hello","run":"{}","worker":"{}","role":"worker","total_rounds":1000000,)"
      R"("region":"FR","pue":1.2,"hardware":{{"cpu":"bench","gpu":["bench"],"ram_bytes":16000000000}},)"
      R"("framework":"bench"}})",
      run, worker_name(worker));
}

std::string viewer_hello() { return R"({"type":"hello","name":"bench"})"; }

std::string subscription(const std::string& run) {
  return fmt::format(R"({{"type":"subscribe","run":"{}","since":null}})", run);
}

const std::string& ReportWriter::write(std::int64_t seq, std::int64_t unix_ms) {
  if (unix_ms != started_at_ms_) {
    started_at_ms_ = unix_ms;
    started_at_ =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                    fmt::gmtime(static_cast<std::time_t>(unix_ms / 1000)), unix_ms % 1000);
  }
  const auto round = static_cast<double>(seq - 1);
  text_.clear();
  fmt::format_to(
      std::back_inserter(text_),
      R"({{"type":"report","seq":{},"round":{},"phase":"fit","started_at":"{}","duration_s":12.3,)"
      R"("energy_j":{{"cpu":410.2,"gpu":1873.5,"ram":30.1}},)"
      R"("energy_source":{{"cpu":"rapl","gpu":"nvml","ram":"model"}},"num_examples":520,)"
      R"("metrics":{{"accuracy":{:.4f},"loss":{:.4f}}},)"
      R"("bytes_sent":1234567,"bytes_received":1234567,"intensity_g_per_kwh":null}})",
      seq, seq - 1, started_at_, round / (round + 10), 10 / (round + 10));
  return text_;
}

}  // namespace fedwatt::bench
