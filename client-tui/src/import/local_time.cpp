#include "import/local_time.h"

#include <ctime>
#include <string>

namespace fedwatt::viewer {

std::optional<protocol::Timestamp> parse_local_time(std::string_view text) {
  std::string as_on_the_wire(text);
  if (text.size() > 10 && text[10] == ' ') as_on_the_wire[10] = 'T';
  if (const auto with_zone = protocol::parse_timestamp(as_on_the_wire)) return with_zone;
  const auto as_if_utc = protocol::parse_timestamp(as_on_the_wire + "Z");
  if (!as_if_utc) return std::nullopt;

  const auto day = std::chrono::floor<std::chrono::days>(*as_if_utc);
  const std::chrono::year_month_day date(day);
  const auto of_day = std::chrono::hh_mm_ss(*as_if_utc - day);
  std::tm local{};
  local.tm_year = static_cast<int>(date.year()) - 1900;
  local.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  local.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  local.tm_hour = static_cast<int>(of_day.hours().count());
  local.tm_min = static_cast<int>(of_day.minutes().count());
  local.tm_sec = static_cast<int>(of_day.seconds().count());
  local.tm_isdst = -1;
  const std::time_t seconds = std::mktime(&local);
  if (seconds < 0) return std::nullopt;
  return protocol::Timestamp(std::chrono::seconds(seconds)) + of_day.subseconds();
}

}  // namespace fedwatt::viewer
