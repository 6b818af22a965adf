#pragma once

#include <optional>
#include <string>

#include "model/trade_off.h"

// Runs against each other, in words. Pure functions.

namespace fedwatt::viewer {

// "−38 %", "+3.2 %", "×12.4" from ten times on, "±0 %".
std::string format_change(std::optional<double> change);

// "38 % less carbon", "3.2 % more carbon", "12.4 times the carbon", "as much carbon".
std::string describe_change(double change);

// "0.60 points better", "0.310 worse", "as good".
std::string describe_gain(double gain, const protocol::Target& target);

// What the run is among the others: "fedprox: 38 % less carbon than fedavg, for 0.60 points."
std::string describe_trade_off(const TradeOff& all, const TradeOffRun& run);

}  // namespace fedwatt::viewer
