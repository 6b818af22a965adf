#include "carbon/live_json.h"

namespace fedwatt::carbon {
namespace {

using nlohmann::json;

// A forecast of three days takes a tenth of it.
constexpr std::size_t kMaxAnswerBytes = 256UL * 1024;

}  // namespace

json parse_answer(std::string_view body) {
  if (body.size() > kMaxAnswerBytes) throw BadAnswer{"the answer is longer than 256 KiB"};
  auto answer = json::parse(body, nullptr, false);
  if (answer.is_discarded()) throw BadAnswer{"the answer is no JSON"};
  return answer;
}

protocol::Timestamp time_in(const json& from, const char* name) {
  const auto& value = member(from, name);
  auto text = value.is_string() ? value.get<std::string>() : std::string();
  constexpr std::string_view kWithoutSeconds = "2018-01-20T12:00Z";
  if (text.size() == kWithoutSeconds.size()) text.insert(text.size() - 1, ":00");
  const auto time = protocol::parse_timestamp(text);
  if (!time) throw BadAnswer{std::string("the answer has no time as ") + name};
  return *time;
}

double g_per_kwh_in(const json& value) {
  if (!value.is_number()) throw BadAnswer{"the answer has no number as intensity"};
  const double g_per_kwh = value.get<double>();
  if (!(g_per_kwh >= 0 && g_per_kwh <= kMostGPerKwh)) {
    throw BadAnswer{"the answer has an intensity that is not from 0 to 2000 g/kWh"};
  }
  return g_per_kwh;
}

std::vector<LiveValue> checked_forecast(std::vector<LiveValue> values) {
  if (values.size() < 2) throw BadAnswer{"the forecast has fewer than two values"};
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i].start <= values[i - 1].start) throw BadAnswer{"the forecast's times do not rise"};
  }
  return values;
}

}  // namespace fedwatt::carbon
