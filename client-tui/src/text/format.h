#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fedwatt/protocol/messages.h"

// Numbers for people: three significant figures, the unit that keeps them short, a decimal point in
// every locale. What was not measured is kMissing, never 0. Pure functions.

namespace fedwatt::viewer {

inline constexpr char kMissing[] = "–";

std::string format_number(std::optional<double> value);         // "412", "1.92", "0.0310"
std::string format_mass(std::optional<double> grams);           // "412 mg", "1.92 g", "3.20 kg"
std::string format_emissions(std::optional<double> grams);      // the same of CO2e: "412 mgCO2e"
std::string format_energy(std::optional<double> joules);        // "41.2 J", "1.92 kJ", "3.60 MJ"
std::string format_power(std::optional<double> watts);          // "812 mW", "38.2 W", "1.20 kW"
std::string format_intensity(std::optional<double> g_per_kwh);  // "56.0", in g/kWh
std::string format_pue(double pue);                             // "1.2"
std::string format_count(std::optional<std::int64_t> count);
std::string format_bytes(std::optional<std::int64_t> bytes);  // "318 kB"

// A value of the run's target metric. Accuracy is a fraction and shown in per cent: "81.2 %".
std::string format_target(std::optional<double> value, const protocol::Target& target);

// A gain always has its sign. Of accuracy it is in percentage points: "+1.24", "−0.31".
std::string format_gain(std::optional<double> gain, const protocol::Target& target);

// "12/50", "12" where the total is not known.
std::string format_progress(std::optional<std::int64_t> round,
                            std::optional<std::int64_t> total_rounds);

// "0 s", "59 s", "12 min", "3 h", "2 d": how long ago. Clocks that disagree make no negative age.
std::string format_age(double seconds);

// "8.24 s", "1 min 12 s", "3 h 05 min".
std::string format_duration(std::optional<double> seconds);

// "14:03:59", UTC.
std::string format_clock(protocol::Timestamp time);

}  // namespace fedwatt::viewer
