#include <algorithm>
#include <array>
#include <utility>

#include "carbon/live_json.h"
#include "fedwatt/carbon/live_provider.h"

namespace fedwatt::carbon {
namespace {

using nlohmann::json;

// Its zones of the form of an ISO 3166-2 code, in order, by its public configuration of 2025. Any
// other code of that form is a part of a country that it has no figure for.
constexpr auto kZonesWithinCountries = std::to_array<std::string_view>({
    // clang-format off
    "AU-LH", "AU-NSW", "AU-NT", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC", "AU-WA", "BR-CS", "BR-N",
    "BR-NE", "BR-S", "CA-AB", "CA-BC", "CA-MB", "CA-NB", "CA-NL", "CA-NS", "CA-NT", "CA-NU",
    "CA-ON", "CA-PE", "CA-QC", "CA-SK", "CA-YT", "CL-CHP", "CL-SEA", "CL-SEM", "CL-SEN", "DK-DK1",
    "DK-DK2", "ES-CE", "ES-ML", "FO-MI", "FO-SI", "FR-COR", "GB-NIR", "GB-ZET", "IN-AN", "IN-EA",
    "IN-NE", "IN-NO", "IN-SO", "IN-WE", "IT-CNO", "IT-CSO", "IT-NO", "IT-SAR", "IT-SIC", "IT-SO",
    "JP-CB", "JP-CG", "JP-HKD", "JP-HR", "JP-KN", "JP-KY", "JP-ON", "JP-SK", "JP-TH", "JP-TK",
    "MY-EM", "MY-WM", "NO-NO1", "NO-NO2", "NO-NO3", "NO-NO4", "NO-NO5", "NZ-NZA", "NZ-NZC",
    "PH-LU", "PH-MI", "PH-VI", "PT-AC", "PT-MA", "RU-1", "RU-2", "RU-AS", "RU-EU", "RU-FE",
    "RU-KGD", "SE-SE1", "SE-SE2", "SE-SE3", "SE-SE4", "UA-CR", "US-AK", "US-HI",
    // clang-format on
});
static_assert(std::is_sorted(kZonesWithinCountries.begin(), kZonesWithinCountries.end()));

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

bool is_within_country(std::string_view zone) {
  return std::binary_search(kZonesWithinCountries.begin(), kZonesWithinCountries.end(), zone);
}

bool is_country(std::string_view zone) {
  return zone.size() == 2 && is_upper(zone[0]) && is_upper(zone[1]);
}

// Like "US-CAL-CISO", which nothing but a zone of theirs looks like: a country, a part, a part of
// it, of letters only.
bool is_balancing_area(std::string_view zone) {
  if (zone.size() < 8 || zone.size() > 12 || !is_country(zone.substr(0, 2)) || zone[2] != '-') {
    return false;
  }
  const auto rest = zone.substr(3);
  const auto hyphen = rest.find('-');
  return hyphen != std::string_view::npos && hyphen >= 2 && rest.size() - hyphen >= 3 &&
         std::count(rest.begin(), rest.end(), '-') == 1 &&
         std::all_of(rest.begin(), rest.end(), [](char c) { return c == '-' || is_upper(c); });
}

class ElectricityMaps : public LiveProvider {
 public:
  ElectricityMaps(std::string base_url, std::string token)
      : base_url_(std::move(base_url)), token_(std::move(token)) {}

  std::string_view name() const override { return "electricity_maps"; }

  std::optional<std::string> zone_of(const RegionTable& table,
                                     std::string_view region) const override {
    auto as_given = upper(region);
    if (is_within_country(as_given)) return as_given;
    const auto* row = table.covering(region);
    if (!row)
      return is_balancing_area(as_given) ? std::optional(std::move(as_given)) : std::nullopt;
    const bool is_zone = is_country(row->code) || is_within_country(row->code);
    return is_zone ? std::optional(row->code) : std::nullopt;
  }

  Question ask(LiveTopic topic, const std::string& zone, protocol::Timestamp) const override {
    const char* path = topic == LiveTopic::kLatest ? "/v3/carbon-intensity/latest?zone="
                                                   : "/v3/carbon-intensity/forecast?zone=";
    return {base_url_ + path + zone, {"auth-token: " + token_, "Accept: application/json"}};
  }

  Values read(LiveTopic topic, const std::string& zone, std::string_view body) const override {
    return read_answer(body, [&](const json& answer) {
      // For a zone that it does not know it may answer with the asker's own, found by his address.
      if (member(answer, "zone") != zone) throw BadAnswer{"the answer is of another zone"};
      if (topic == LiveTopic::kLatest) return std::vector{value_in(answer)};
      std::vector<LiveValue> values;
      const auto& forecast = member(answer, "forecast");
      if (!forecast.is_array()) throw BadAnswer{"the answer has no forecast"};
      for (const auto& each : forecast) values.push_back(value_in(each));
      return checked_forecast(std::move(values));
    });
  }

 private:
  static LiveValue value_in(const json& from) {
    return {time_in(from, "datetime"), g_per_kwh_in(member(from, "carbonIntensity")),
            member(from, "isEstimated") == true};
  }

  const std::string base_url_;
  const std::string token_;
};

}  // namespace

std::unique_ptr<LiveProvider> electricity_maps(std::string base_url, std::string token) {
  return std::make_unique<ElectricityMaps>(std::move(base_url), std::move(token));
}

}  // namespace fedwatt::carbon
