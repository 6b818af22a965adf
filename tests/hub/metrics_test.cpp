#include "fedwatt/hub/metrics.h"

#include <gtest/gtest.h>

namespace fedwatt::hub {
namespace {

TEST(MetricsTest, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  int open = 3;
  Histogram waits(Histogram::kSeconds);
  metrics.gauge("test_open", "What is open.", [&] { return open; });
  metrics.counters("test_refusals_total", "By code.", [] {
    return samples_by("code", {{"a", 1}, {"quote\"d", 2}});
  });
  metrics.histogram("test_seconds", "Waits.", waits);
  waits.observe(0.0005);  // a bound belongs to its own bucket
  waits.observe(0.3);
  waits.observe(100);
  open = 4;
  const auto text = metrics.text();
  for (const char* line :
       {"# HELP test_open What is open.\n# TYPE test_open gauge\ntest_open 4\n",
        "# TYPE test_refusals_total counter\ntest_refusals_total{code=\"a\"} 1\n",
        "test_refusals_total{code=\"quote\\\"d\"} 2\n", "# TYPE test_seconds histogram\n",
        "test_seconds_bucket{le=\"0.0005\"} 1\n", "test_seconds_bucket{le=\"0.25\"} 1\n",
        "test_seconds_bucket{le=\"0.5\"} 2\n", "test_seconds_bucket{le=\"10\"} 2\n",
        "test_seconds_bucket{le=\"+Inf\"} 3\n", "test_seconds_count 3\n"}) {
    EXPECT_NE(text.find(line), text.npos) << line << "is not in\n" << text;
  }
}

}  // namespace
}  // namespace fedwatt::hub
