#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "fedwatt/carbon/intensity_series.h"
#include "fedwatt/carbon/interval.h"
#include "fedwatt/carbon/live_provider.h"

namespace fedwatt::carbon {

// Who is asked about a place, and about which zone of theirs.
struct LiveSource {
  const LiveProvider* provider = nullptr;
  std::string zone;

  // "electricity_maps:FR", as in a report's intensity_source.
  std::string name() const { return std::string(provider->name()) + ":" + zone; }
  bool operator<(const LiveSource& other) const {
    return std::tie(provider, zone) < std::tie(other.provider, other.zone);
  }
};

// The last values that a provider gave for a zone. Each holds until the next one's start, but for
// kUsedFor at most. Bounded: the oldest are forgotten.
class LiveSeries {
 public:
  // Older than this a value is marked with its age.
  static constexpr std::chrono::milliseconds kFreshFor = std::chrono::hours{1};
  // Older than this it is not used.
  static constexpr std::chrono::milliseconds kUsedFor = std::chrono::hours{3};

  // A part of an interval in which one value holds.
  struct Part {
    Interval interval;
    double g_per_kwh = 0;
    bool estimated = false;
    std::chrono::milliseconds age;  // of the value at the end of that part
  };

  // Replaces what was said of the same time.
  void add(const LiveValue& value);
  void set_forecast(IntensitySeries forecast) { forecast_ = std::move(forecast); }

  // The parts of the interval, which is more than a moment, that are known; in order.
  std::vector<Part> over(Interval interval) const;
  // What the provider expects; null if it does not say.
  const IntensitySeries* forecast() const { return forecast_ ? &*forecast_ : nullptr; }

 private:
  struct Value {
    double g_per_kwh = 0;
    bool estimated = false;
  };
  std::map<protocol::Timestamp, Value> values_;  // by their start
  std::optional<IntensitySeries> forecast_;
};

// Everything that live providers said. For the I/O thread.
class LiveIntensities {
 public:
  // A region belongs to the first provider that has a zone for it.
  explicit LiveIntensities(std::vector<std::unique_ptr<const LiveProvider>> providers)
      : providers_(std::move(providers)) {}

  // Empty: nobody to ask. Lives as long as these.
  std::optional<LiveSource> source_of(const RegionTable& table, std::string_view region) const;

  // Where a source's values go. Null: too many zones are known already.
  LiveSeries* series_for(const LiveSource& source);
  // Null if the source has said nothing yet.
  const LiveSeries* find(const LiveSource& source) const;

 private:
  std::vector<std::unique_ptr<const LiveProvider>> providers_;
  std::map<LiveSource, LiveSeries> series_;
};

}  // namespace fedwatt::carbon
