#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fedwatt/hub/histogram.h"

namespace fedwatt::hub {

// What the hub says of itself to Prometheus. A metric is a name and how to read its value, which
// happens when somebody asks: whoever counts just counts, in plain integers. Names follow
// Prometheus' conventions; help is for people. For the I/O thread.
class Metrics {
 public:
  static constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Sample {
    Labels labels;
    double value = 0;
  };
  using Read = std::function<double()>;
  using ReadAll = std::function<std::vector<Sample>()>;

  // A gauge goes up and down; a counter ("…_total") only up.
  void gauge(std::string name, std::string help, Read read);
  void counter(std::string name, std::string help, Read read);
  // The same for several values, told apart by their labels.
  void gauges(std::string name, std::string help, ReadAll read);
  void counters(std::string name, std::string help, ReadAll read);
  void histogram(std::string name, std::string help, const Histogram& histogram);

  // All of them in Prometheus' text format, in the order they were added.
  std::string text() const;

 private:
  enum class Kind { kGauge, kCounter, kHistogram };
  struct Family {
    Kind kind;
    std::string name;
    std::string help;
    ReadAll read;
    const Histogram* histogram = nullptr;
  };
  std::vector<Family> families_;
};

// One sample for each key, with it as the value of `label`.
std::vector<Metrics::Sample> samples_by(const std::string& label,
                                        const std::map<std::string, std::uint64_t>& counts);

}  // namespace fedwatt::hub
