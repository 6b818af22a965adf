#include "text/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace fedwatt::viewer {
namespace {

struct Unit {
  double factor;
  std::string_view name;
};

constexpr std::array kMassUnits{Unit{1e-6, "µg"}, Unit{1e-3, "mg"}, Unit{1, "g"}, Unit{1e3, "kg"},
                                Unit{1e6, "t"}};
constexpr std::array kEnergyUnits{Unit{1e-3, "mJ"}, Unit{1, "J"}, Unit{1e3, "kJ"}, Unit{1e6, "MJ"},
                                  Unit{1e9, "GJ"}};
constexpr std::array kPowerUnits{Unit{1e-3, "mW"}, Unit{1, "W"}, Unit{1e3, "kW"}, Unit{1e6, "MW"}};
constexpr std::array kByteUnits{Unit{1, "B"}, Unit{1e3, "kB"}, Unit{1e6, "MB"}, Unit{1e9, "GB"},
                                Unit{1e12, "TB"}};

double round_to_three_figures(double value) {
  if (value == 0) return 0;
  const double exponent = std::floor(std::log10(std::abs(value)));
  const double scale = std::pow(10, 2 - exponent);
  return std::round(value * scale) / scale;
}

std::string three_figures(double value) {
  const double rounded = round_to_three_figures(value);
  const double size = std::abs(rounded);
  if (size == 0) return "0";
  if (size >= 100) return fmt::format("{:.0f}", rounded);
  if (size >= 10) return fmt::format("{:.1f}", rounded);
  if (size >= 0.01) return fmt::format("{:.{}f}", rounded, size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
  return fmt::format("{:.2g}", rounded);
}

std::string with_unit(std::optional<double> value, std::span<const Unit> units,
                      std::string_view suffix = "") {
  if (!value || !std::isfinite(*value)) return kMissing;
  if (*value == 0) {
    const auto base =
        std::find_if(units.begin(), units.end(), [](const Unit& unit) { return unit.factor == 1; });
    return fmt::format("0 {}{}", base->name, suffix);
  }
  // Rounded before the unit is chosen: 999.7 mg is 1.00 g, not 1000 mg.
  const double rounded = round_to_three_figures(*value);
  const Unit* chosen = &units.front();
  for (const Unit& unit : units) {
    if (std::abs(rounded) >= unit.factor) chosen = &unit;
  }
  return fmt::format("{} {}{}", three_figures(rounded / chosen->factor), chosen->name, suffix);
}

bool is_fraction(const protocol::Target& target) { return target.metric == "accuracy"; }

}  // namespace

std::string format_number(std::optional<double> value) {
  return value && std::isfinite(*value) ? three_figures(*value) : kMissing;
}

std::string format_mass(std::optional<double> grams) { return with_unit(grams, kMassUnits); }

std::string format_emissions(std::optional<double> grams) {
  return with_unit(grams, kMassUnits, "CO2e");
}

std::string format_energy(std::optional<double> joules) { return with_unit(joules, kEnergyUnits); }

std::string format_power(std::optional<double> watts) { return with_unit(watts, kPowerUnits); }

std::string format_intensity(std::optional<double> g_per_kwh) { return format_number(g_per_kwh); }

std::string format_pue(double pue) { return fmt::format("{:.3g}", pue); }

std::string format_count(std::optional<std::int64_t> count) {
  return count ? fmt::format("{}", *count) : kMissing;
}

std::string format_bytes(std::optional<std::int64_t> bytes) {
  if (!bytes) return kMissing;
  if (*bytes < 1000) return fmt::format("{} B", *bytes);
  return with_unit(static_cast<double>(*bytes), kByteUnits);
}

std::string format_target(std::optional<double> value, const protocol::Target& target) {
  if (!value || !std::isfinite(*value)) return kMissing;
  if (is_fraction(target)) return fmt::format("{:.1f} %", *value * 100);
  return three_figures(*value);
}

std::string format_gain(std::optional<double> gain, const protocol::Target& target) {
  if (!gain || !std::isfinite(*gain)) return kMissing;
  const double size = std::abs(*gain);
  const std::string digits =
      is_fraction(target) ? fmt::format("{:.2f}", size * 100) : three_figures(size);
  const bool is_zero = digits.find_first_of("123456789") == std::string::npos;
  const std::string_view sign = is_zero ? "±" : *gain > 0 ? "+" : "−";
  return fmt::format("{}{}", sign, digits);
}

std::string format_progress(std::optional<std::int64_t> round,
                            std::optional<std::int64_t> total_rounds) {
  if (!total_rounds) return format_count(round);
  return fmt::format("{}/{}", format_count(round), *total_rounds);
}

std::string format_age(double seconds) {
  if (!(seconds > 0)) return "0 s";
  if (seconds < 60) return fmt::format("{:.0f} s", std::floor(seconds));
  if (seconds < 3600) return fmt::format("{:.0f} min", std::floor(seconds / 60));
  if (seconds < 86400) return fmt::format("{:.0f} h", std::floor(seconds / 3600));
  return fmt::format("{:.0f} d", std::floor(seconds / 86400));
}

std::string format_duration(std::optional<double> seconds) {
  if (!seconds || !std::isfinite(*seconds)) return kMissing;
  if (*seconds < 59.95) return fmt::format("{} s", three_figures(*seconds));
  const auto whole = static_cast<std::int64_t>(std::llround(*seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string format_clock(protocol::Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(time - day).count();
  return fmt::format("{:02}:{:02}:{:02}", second / 3600, second % 3600 / 60, second % 60);
}

}  // namespace fedwatt::viewer
