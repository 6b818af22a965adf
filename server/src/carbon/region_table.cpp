#include "fedwatt/carbon/region_table.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

#include "carbon/csv.h"
#include "carbon/intensity_csv.h"
#include "fedwatt/protocol/number_in.h"

namespace fedwatt::carbon {
namespace {

const CsvFields kTableHeader = {"code", "name", "also", "g_per_kwh", "year", "source"};
constexpr std::size_t kMostBytes = 100;  // of a code, name or source

bool is_text(const std::string& field) {
  return !field.empty() && field.size() <= kMostBytes && field.find('|') == std::string::npos &&
         std::none_of(field.begin(), field.end(), [](unsigned char c) { return std::iscntrl(c); });
}

std::vector<std::string> names_in(std::string_view field) {
  std::vector<std::string> names;
  while (!field.empty()) {
    const auto name = field.substr(0, field.find('|'));
    field.remove_prefix(std::min(name.size() + 1, field.size()));
    names.emplace_back(name);
  }
  return names;
}

// The row as a region, or what is wrong with it.
tl::expected<Region, std::string> region_in(const CsvFields& fields) {
  Region region{fields[0],
                fields[1],
                names_in(fields[2]),
                protocol::number_in<double>(fields[3]).value_or(-1),
                protocol::number_in<int>(fields[4]).value_or(0),
                fields[5]};
  for (const std::size_t column : {0U, 1U, 5U}) {
    if (!is_text(fields[column])) return tl::unexpected("no proper " + kTableHeader[column]);
  }
  if (!std::all_of(region.also.begin(), region.also.end(), is_text)) {
    return tl::unexpected("no proper name in also: " + fields[2]);
  }
  // What lies between 0 and 1 is probably in kg. NaN is in no range.
  const double g = region.g_per_kwh;
  if (g != 0 && !(g >= 1 && g <= kMostGPerKwh)) {
    return tl::unexpected("g_per_kwh '" + fields[3] + "' is neither 0 nor from 1 to 2000");
  }
  if (region.year < 1990 || region.year > 2100) {
    return tl::unexpected("year '" + fields[4] + "' is not from 1990 to 2100");
  }
  return region;
}

bool is_alphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c); });
}

// "fr" for "fr-idf": two letters, a hyphen, one to three letters or digits. Else empty.
std::string_view country_of_subdivision(std::string_view code) {
  const bool has_form = code.size() >= 4 && code.size() <= 6 && code[2] == '-' &&
                        is_alphanumeric(code.substr(0, 2)) && is_alphanumeric(code.substr(3));
  return has_form ? code.substr(0, 2) : std::string_view();
}

}  // namespace

std::string folded(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

tl::expected<RegionTable, std::string> RegionTable::parse(std::string_view csv) {
  RegionTable table;
  CsvProblems problems;
  std::vector<std::size_t> lines;  // of the regions
  read_csv(csv, kTableHeader, problems, [&](std::size_t line, const CsvFields& fields) {
    auto region = region_in(fields);
    if (!region) return problems.add(line, region.error());
    const std::size_t position = table.regions_.size();
    const auto name_it = [&](const std::string& name) {
      const auto [entry, is_new] = table.index_.try_emplace(folded(name), position);
      if (is_new || entry->second == position) return;
      problems.add(line,
                   name + " stands in line " + std::to_string(lines[entry->second]) + ", too");
    };
    name_it(region->code);
    name_it(region->name);
    for (const auto& name : region->also) name_it(name);
    table.regions_.push_back(std::move(*region));
    lines.push_back(line);
  });
  if (problems.any()) return tl::unexpected(problems.text());
  const auto world = table.index_.find("world");
  if (world == table.index_.end() || folded(table.regions_[world->second].code) != "world") {
    return tl::make_unexpected("no row `world`, whose figure is used for regions that are unknown");
  }
  table.world_ = world->second;
  return table;
}

const std::shared_ptr<const RegionTable>& RegionTable::built_in() {
  static const auto kTable = [] {
    auto table = parse(kIntensityCsv);
    if (!table) throw std::logic_error("server/data/intensity.csv: " + table.error());
    return std::make_shared<const RegionTable>(std::move(*table));
  }();
  return kTable;
}

const Region* RegionTable::at(const std::string& folded_name) const {
  const auto found = index_.find(folded_name);
  return found == index_.end() ? nullptr : &regions_[found->second];
}

const Region* RegionTable::named(std::string_view name) const {
  const auto key = folded(name);
  if (const auto* region = at(key)) return region;
  const Region* found = nullptr;
  for (const char* provider : {"aws:", "azure:", "gcp:"}) {
    const auto* region = at(provider + key);
    if (region && found && region != found) return nullptr;
    if (region) found = region;
  }
  return found;
}

const Region* RegionTable::covering(std::string_view name) const {
  if (const auto* region = named(name)) return region;
  return at(folded(country_of_subdivision(name)));
}

}  // namespace fedwatt::carbon
