// Puts a server under the load of a training's workers and viewers, and says what that cost it.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "load.h"

namespace {

using fedwatt::bench::Histogram;
using fedwatt::bench::LoadOptions;
using fedwatt::bench::LoadResult;
using Json = nlohmann::ordered_json;

constexpr double kBusyGenerator = 0.85;  // of a core

void allow_many_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Json quantiles_ms(const Histogram& durations) {
  if (durations.count() == 0) return nullptr;
  return {{"p50", durations.quantile_ms(0.5)},
          {"p99", durations.quantile_ms(0.99)},
          {"max", durations.max_ms()}};
}

Json samples_of(const LoadResult& result) {
  Json samples = Json::array();
  for (const auto& sample : result.samples) {
    samples.push_back({{"reports", sample.reports}, {"server_cpu_us", sample.server_cpu_us}});
  }
  return samples;
}

Json summary(const LoadOptions& options, const LoadResult& result) {
  const auto reports = static_cast<double>(result.reports_in_all);
  const auto per_report_us = [&](double seconds) {
    return reports > 0 ? Json(seconds * 1e6 / reports) : Json(nullptr);
  };
  const double viewers = static_cast<double>(options.viewers);
  const bool limited =
      result.generator_share > kBusyGenerator || (options.server_pid != 0 && options.rate == 0 &&
                                                  result.generator_cpu_s > result.server_cpu_s);
  return {
      {"workers", options.workers},
      {"viewers", options.viewers},
      {"reports", result.reports},
      {"seconds", result.seconds},
      {"reports_per_s", static_cast<double>(result.reports) / result.seconds},
      {"server_cpu_us", per_report_us(result.server_cpu_s)},
      {"database_cpu_us", per_report_us(result.database_cpu_s)},
      {"generator_cpu_us", per_report_us(result.generator_cpu_s)},
      {"generator_share", result.generator_share},
      {"generator_was_the_limit", limited},
      {"server_share", result.server_cpu_s / result.seconds},
      {"ack_ms", quantiles_ms(result.ack)},
      {"view_ms", quantiles_ms(result.view)},
      {"frames", result.frames},
      {"frames_per_s", static_cast<double>(result.frames) / result.seconds},
      {"bytes_per_frame", result.frames > 0 ? Json(static_cast<double>(result.frame_bytes) /
                                                   static_cast<double>(result.frames))
                                            : Json(nullptr)},
      {"states_per_report", reports > 0 && viewers > 0
                                ? Json(static_cast<double>(result.states) / viewers / reports)
                                : Json(nullptr)},
      {"server_peak_mb", static_cast<double>(result.server_peak_bytes) / 1e6},
      {"idle_bytes", options.idle > 0 ? Json(result.idle_bytes) : Json(nullptr)},
      {"samples", samples_of(result)},
      {"missing", result.missing.empty() ? Json(nullptr) : Json(result.missing)},
  };
}

// A name and a value on each line.
void print(const Json& summary) {
  for (const auto& [name, value] : summary.items()) {
    if (!value.is_null() && !(value.is_array() && value.empty())) {
      std::printf("%-24s %s\n", name.c_str(), value.dump().c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  LoadOptions options;
  bool as_json = false;
  CLI::App app(
      "A training's workers and viewers against a hub, or a peer of it, on this machine. Exits "
      "with\n"
      "1 if a report was lost, or if some viewer had not seen every worker's last report at the "
      "end.");
  app.option_defaults()->always_capture_default();
  app.add_option("--port", options.port, "the server's, on 127.0.0.1");
  app.add_option("--dialect", options.dialect, "plain (the hub, bench/peers/ws.js) or socket.io");
  app.add_option("--workers", options.workers);
  app.add_option("--viewers", options.viewers, "subscribed to the run in full");
  app.add_option("--stalled", options.stalled, "viewers more that subscribe and never read");
  app.add_option("--idle", options.idle, "viewers more that say hello and nothing else");
  app.add_option("--seconds", options.seconds, "of load, after the warm-up");
  app.add_option("--warmup", options.warmup_s, "seconds of load that are not measured");
  app.add_option("--catch-up", options.catch_up_s, "seconds in which viewers must see everything");
  app.add_option("--reports", options.reports, "at most, of all workers; 0: no limit");
  app.add_option("--window", options.window, "reports of a worker that may wait for their ack");
  app.add_option("--rate", options.rate, "reports a second of all; 0: as fast as acks come");
  app.add_option("--sample-every", options.sample_every, "reports: print what each such part cost");
  app.add_option("--server-pid", options.server_pid, "measures what this process uses");
  app.add_option("--database-pid", options.database_pid, "and this one with its children");
  app.add_option("--frames-file", options.frames_file, "keeps what a viewer was sent");
  app.add_flag("--json", as_json, "print one JSON object");
  CLI11_PARSE(app, argc, argv);

  try {
    allow_many_descriptors();
    const Json result = summary(options, fedwatt::bench::Load(options).run());
    if (as_json) {
      std::printf("%s\n", result.dump().c_str());
    } else {
      print(result);
    }
    if (result["generator_was_the_limit"] == true) {
      std::fprintf(stderr, "load: the generator was the limit: the server could have done more\n");
    }
    if (result["missing"].is_null()) return 0;
    std::fprintf(stderr, "load: %s\n", result["missing"].get<std::string>().c_str());
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "load: %s\n", problem.what());
  }
  return 1;
}
