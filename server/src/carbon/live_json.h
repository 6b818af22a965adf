#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fedwatt/carbon/live_provider.h"

// What the readers of live providers' answers share. They come from outside: nothing is taken for
// granted. Both throw a BadAnswer.
namespace fedwatt::carbon {

// In one sentence what is wrong with an answer.
struct BadAnswer {
  std::string what;
};

// The member of that name; null if `from` is no object or has none.
inline const nlohmann::json& member(const nlohmann::json& from, const char* name) {
  static const nlohmann::json kNull;
  if (!from.is_object()) return kNull;
  const auto found = from.find(name);
  return found == from.end() ? kNull : *found;
}

nlohmann::json parse_answer(std::string_view body);

// RFC 3339, where the seconds may be left out: "2018-01-20T12:00Z".
protocol::Timestamp time_in(const nlohmann::json& from, const char* name);

double g_per_kwh_in(const nlohmann::json& value);

// The values of a forecast, checked for what LiveProvider promises.
std::vector<LiveValue> checked_forecast(std::vector<LiveValue> values);

// What `read` makes of an answer, or the words of the BadAnswer that it throws.
template <typename Read>
LiveProvider::Values read_answer(std::string_view body, const Read& read) {
  try {
    return read(parse_answer(body));
  } catch (const BadAnswer& bad) {
    return tl::unexpected(bad.what);
  }
}

}  // namespace fedwatt::carbon
