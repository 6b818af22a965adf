#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>

namespace fedwatt::energy {

// Fills `numbers` with those that the text begins with, whatever the locale; false if it has fewer.
inline bool read_numbers(std::string_view text, std::span<double> numbers) {
  for (double& number : numbers) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !std::isfinite(number)) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return true;
}

}  // namespace fedwatt::energy
