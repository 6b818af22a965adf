#include "view/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace fedwatt::viewer {
namespace {

constexpr std::array<std::string_view, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::string_view kMiddleBar = "▄";

std::string_view bar_of(double value, double low, double high) {
  // What nobody could read off the figures is no change: sums are not exact.
  constexpr double kSameWithin = 1e-6;
  if (high - low <= kSameWithin * std::max(std::abs(high), std::abs(low))) return kMiddleBar;
  const double share = (value - low) / (high - low);
  const auto bar = std::lround(share * static_cast<double>(kBars.size() - 1));
  return kBars[static_cast<std::size_t>(bar)];
}

bool is_known(std::optional<double> value) { return value && std::isfinite(*value); }

}  // namespace

std::string sparkline(const std::vector<std::optional<double>>& values, int width) {
  if (width <= 0) return "";
  const auto cells = static_cast<std::size_t>(width);
  const std::size_t shown = std::min(values.size(), cells);
  const auto begin = values.end() - static_cast<std::ptrdiff_t>(shown);

  std::optional<double> low;
  std::optional<double> high;
  for (auto it = begin; it != values.end(); ++it) {
    if (!is_known(*it)) continue;
    low = std::min(low.value_or(**it), **it);
    high = std::max(high.value_or(**it), **it);
  }
  std::string text(cells - shown, ' ');
  for (auto it = begin; it != values.end(); ++it) {
    text += is_known(*it) ? bar_of(**it, *low, *high) : " ";
  }
  return text;
}

}  // namespace fedwatt::viewer
