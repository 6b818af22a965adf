#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

namespace fedwatt::carbon {

// What is higher is a mistake: the dirtiest of all grids has 1,306.
inline constexpr double kMostGPerKwh = 2'000;

// A grid whose figure is known.
struct Region {
  std::string code;               // "FR", "US-CA", "SE-SE1", or "world"
  std::string name;               // in English
  std::vector<std::string> also;  // its other names: "FRA", "aws:eu-west-3"
  double g_per_kwh = 0;           // gCO2e, a year's average
  int year = 0;
  std::string source;
};

// A region's name in the form in which names are compared: without upper case. Only A to Z have
// one; other letters stay as they are.
std::string folded(std::string_view name);

// The static table of intensities: server/data/intensity.csv, or one of the same form. Never
// changes, so any thread may read it.
class RegionTable {
 public:
  // Reads a table. Fails with one sentence that names the line of each bad row: a field that is
  // missing or out of range, a name that stands twice. It must have the row `world`.
  static tl::expected<RegionTable, std::string> parse(std::string_view csv);
  // The table that is compiled in.
  static const std::shared_ptr<const RegionTable>& built_in();

  const std::vector<Region>& regions() const { return regions_; }
  const Region& world() const { return regions_[world_]; }

  // The region of that code or name; a cloud's region ("eu-west-3") is found without its provider,
  // too, if only one has it. Null if there is none. Lives as long as the table.
  const Region* named(std::string_view name) const;
  // The same, and the country for an ISO 3166-2 code that has no figure of its own: FR for
  // "FR-IDF".
  const Region* covering(std::string_view name) const;

 private:
  const Region* at(const std::string& folded_name) const;

  std::vector<Region> regions_;
  std::unordered_map<std::string, std::size_t> index_;  // by every name, folded
  std::size_t world_ = 0;
};

}  // namespace fedwatt::carbon
