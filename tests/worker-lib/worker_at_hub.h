#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "peer_process.h"
#include "worker_impl.h"

// The whole library and a hub in another language, for tests that need both.

namespace fedwatt::testing {

inline WorkerOptions options_for(const std::string& url) {
  WorkerOptions options;
  options.hub = url;
  options.run = "digits";
  options.worker = "hospital-3";
  options.total_rounds = 20;
  options.region = "FR";
  options.pue = 1.2;
  options.framework = "by hand";
  options.log = [](std::string_view) {};
  return options;
}

inline WorkerSettings quick() {
  WorkerSettings settings;
  settings.machine.nvml_libraries.clear();  // whatever GPUs the machine of the tests has
  settings.first_retry = std::chrono::milliseconds(10);
  settings.longest_retry = std::chrono::milliseconds(50);
  settings.shortest_gap_s = 1e9;  // so that no number of reports depends on how fast a test runs
  return settings;
}

// The next message of this type that the hub got.
inline nlohmann::json next(PeerProcess& hub, const std::string& type) {
  const std::string line = hub.line_with("{\"type\": \"" + type + "\"");
  return line.empty() ? nlohmann::json() : nlohmann::json::parse(line);
}

inline void train_round(WorkerImpl& worker, std::int64_t round, double accuracy = 0.5) {
  EXPECT_EQ(worker.checkpoint(round), Next::kContinue);
  worker.end_phase(worker.begin_phase(Phase::kFit));
  RoundResult result;
  result.accuracy = accuracy;
  result.num_examples = 100;
  worker.report(result);
}

inline void order(PeerProcess& hub, const char* directive, const char* command,
                  const char* applies_at = "worker") {
  hub.tell("send " + nlohmann::json{{"type", "directive"},
                                    {"directive", directive},
                                    {"command", command},
                                    {"applies_at", applies_at}}
                         .dump());
  hub.line_with("did send");
}

// Waits until the order has arrived: an ack that was sent after it has.
inline void settle(WorkerImpl& worker) { EXPECT_TRUE(worker.flush(kDeadline)); }

}  // namespace fedwatt::testing
