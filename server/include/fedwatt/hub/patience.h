#pragma once

#include <chrono>

namespace fedwatt::hub {

// How long a connection may say nothing before its hello, and how much nonsense after it.
inline constexpr std::chrono::seconds kHelloWithin{10};
inline constexpr int kMostErrorsInARow = 100;

}  // namespace fedwatt::hub
