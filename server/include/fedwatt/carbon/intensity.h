#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fedwatt/carbon/intensity_series.h"
#include "fedwatt/carbon/live_intensities.h"
#include "fedwatt/carbon/region_table.h"

namespace fedwatt::carbon {

// How much CO2 equivalent a kilowatt-hour costs, and how we know.
struct Intensity {
  double g_per_kwh = 0;
  // "report": the worker said it; "electricity_maps:FR": a live provider did, with ";estimated" if
  // that was its own estimate, and ";age=5400s" if it was older than an hour; "series:FR": the time
  // series of its region; "table:FR": the static table's row; "series:FR+table:FR": each for its
  // part of the time; "world": the world's average, because the region is unknown. Never another
  // country's figure.
  std::string source;
};

// The intensity over an interval of which a series says `part`: for the rest of the time `other`.
Intensity completed(const IntensitySeries::Part& part, const std::string& source,
                    const Intensity& other);

// What the hub knows of the grids: the intensity of a region over an interval, from the first that
// has it:
//   the last values of a live provider, each for three hours at most
//   the time series of the region, for as long as it covers
//   the static table, by region, then by country
//   the world's average
// Pure: what is in files or comes from a provider is read elsewhere. For the I/O thread, as the
// live values are; any thread may read those that have none. A copy has the same live values.
class Intensities {
 private:
  struct NamedSeries {
    std::string region;  // its code; for a region that the table has not, the name given
    IntensitySeries series;
  };

 public:
  // A worker's region, found once so that nothing is searched for each report. It keeps what it
  // found, also when other Intensities are assigned to these.
  class Place {
   public:
    // False if only the world's average is left.
    bool known() const { return known_; }
    // Whether somebody may know what is to come.
    bool looks_ahead() const { return series_ || live_source_; }
    // Who is to be asked about it; empty if nobody is.
    const std::optional<LiveSource>& live_source() const { return live_source_; }

   private:
    friend class Intensities;
    std::shared_ptr<const Region> region_;
    std::shared_ptr<const NamedSeries> series_;  // null if there is none
    std::optional<LiveSource> live_source_;
    bool known_ = false;
    bool is_world_ = false;  // the region is the world
  };

  Intensities() : Intensities(RegionTable::built_in()) {}
  explicit Intensities(std::shared_ptr<const RegionTable> table) : table_(std::move(table)) {}

  // Gives a region a time series, in place of an earlier one, for places that are found later.
  void set_series(std::string_view region, IntensitySeries series);

  // The same: lets live providers be asked first. Whoever asks them adds what they say.
  void set_live(std::shared_ptr<LiveIntensities> live) { live_ = std::move(live); }
  // Null if there are none.
  const std::shared_ptr<LiveIntensities>& live() const { return live_; }

  // `region` is a code or a name as a person wrote it; "" is a place that nobody said.
  Place place_of(std::string_view region) const;
  Intensity over(const Place& place, Interval interval) const;
  // The mean that is expected over a time to come: from the live provider's forecast, else the time
  // series. Empty unless one of them covers at least 90 % of it.
  std::optional<double> outlook(const Place& place, Interval interval) const;

  const RegionTable& table() const { return *table_; }

 private:
  std::shared_ptr<const NamedSeries> series_of(const std::string& key) const;
  const LiveSeries* live_series_of(const Place& place) const;
  Intensity over_without_live(const Place& place, Interval interval) const;

  std::shared_ptr<const RegionTable> table_;
  std::shared_ptr<LiveIntensities> live_;  // null if nobody is asked
  // By the region's code or name, folded.
  std::map<std::string, std::shared_ptr<const NamedSeries>> series_;
};

}  // namespace fedwatt::carbon
