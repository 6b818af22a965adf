#include <utility>

#include "carbon/live_json.h"
#include "fedwatt/carbon/live_provider.h"

namespace fedwatt::carbon {
namespace {

using nlohmann::json;

class UkCarbonIntensity : public LiveProvider {
 public:
  explicit UkCarbonIntensity(std::string base_url) : base_url_(std::move(base_url)) {}

  std::string_view name() const override { return "uk_carbon_intensity"; }

  std::optional<std::string> zone_of(const RegionTable& table,
                                     std::string_view region) const override {
    const auto* row = table.covering(region);
    // Northern Ireland's grid is Ireland's.
    const bool is_theirs = row && row->code == "GB" && folded(region) != "gb-nir";
    return is_theirs ? std::optional<std::string>("GB") : std::nullopt;
  }

  Question ask(LiveTopic topic, const std::string&, protocol::Timestamp now) const override {
    auto url = base_url_ + "/intensity";
    if (topic == LiveTopic::kForecast) {
      url += "/" + protocol::format_timestamp(now).substr(0, 16) + "Z/fw48h";  // to the minute
    }
    return {std::move(url), {"Accept: application/json"}};
  }

  Values read(LiveTopic topic, const std::string&, std::string_view body) const override {
    return read_answer(body, [&](const json& answer) {
      const auto& data = member(answer, "data");
      if (!data.is_array() || data.empty()) throw BadAnswer{"the answer has no data"};
      if (topic == LiveTopic::kLatest) return std::vector{latest_in(data.front())};
      std::vector<LiveValue> values;
      for (const auto& each : data) {
        const auto& forecast = member(member(each, "intensity"), "forecast");
        values.push_back({time_in(each, "from"), g_per_kwh_in(forecast), true});
      }
      return checked_forecast(std::move(values));
    });
  }

 private:
  // While the half hour lasts there may be a forecast only.
  static LiveValue latest_in(const json& from) {
    const auto& intensity = member(from, "intensity");
    const auto& actual = member(intensity, "actual");
    const bool estimated = actual.is_null();
    return {time_in(from, "from"), g_per_kwh_in(estimated ? member(intensity, "forecast") : actual),
            estimated};
  }

  const std::string base_url_;
};

}  // namespace

std::unique_ptr<LiveProvider> uk_carbon_intensity(std::string base_url) {
  return std::make_unique<UkCarbonIntensity>(std::move(base_url));
}

}  // namespace fedwatt::carbon
