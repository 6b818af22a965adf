#include "import/row_numbers.h"

#include <charconv>
#include <cmath>

namespace fedwatt::viewer {

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace fedwatt::viewer
