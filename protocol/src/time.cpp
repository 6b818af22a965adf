#include "fedwatt/protocol/time.h"

#include <algorithm>

namespace fedwatt::protocol {
namespace {

// Reads exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view accepted) {
  if (text.empty() || accepted.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The fraction of a second as milliseconds, cut; 0 if there is none.
std::optional<int> take_milliseconds(std::string_view& text) {
  if (!take_char(text, ".")) return 0;
  int milliseconds = 0;
  int weight = 100;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    milliseconds += (text.front() - '0') * weight;
    weight /= 10;
    any = true;
    text.remove_prefix(1);
  }
  return any ? std::optional(milliseconds) : std::nullopt;
}

// "Z" or "+01:00", in minutes east of UTC.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  using std::chrono::hours;
  using std::chrono::minutes;
  if (take_char(text, "Zz")) return minutes{0};
  if (text.empty()) return std::nullopt;
  const bool west = text.front() == '-';
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto offset = hours{*hour} + minutes{*minute};
  return west ? -offset : offset;
}

}  // namespace

std::string format_timestamp(Timestamp time) {
  using namespace std::chrono;
  // RFC 3339 has four digits for a year.
  constexpr Timestamp kFirst = sys_days{year{0} / 1 / 1};
  constexpr Timestamp kEnd = sys_days{year{10000} / 1 / 1};
  time = std::clamp(time, kFirst, kEnd - milliseconds{1});
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t end, auto value) {
    for (; value > 0; value /= 10) text[--end] = static_cast<char>('0' + value % 10);
  };
  put(4, int{date.year()});
  put(7, unsigned{date.month()});
  put(10, unsigned{date.day()});
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  put(23, clock.subseconds().count());
  return text;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  const auto year_number = take_number(text, 4);
  if (!year_number || *year_number < 1970 || !take_char(text, "-")) return std::nullopt;
  const auto month_number = take_number(text, 2);
  if (!month_number || !take_char(text, "-")) return std::nullopt;
  const auto day_number = take_number(text, 2);
  if (!day_number || !take_char(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;  // 60: a leap second
  const auto millisecond = take_milliseconds(text);
  if (!millisecond) return std::nullopt;
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;

  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok()) return std::nullopt;
  const Timestamp time = sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} +
                         milliseconds{*millisecond} - *zone;
  constexpr Timestamp kEnd = sys_days{year{10000} / 1 / 1};
  if (time < Timestamp{} || time >= kEnd) return std::nullopt;
  return time;
}

}  // namespace fedwatt::protocol
