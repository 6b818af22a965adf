#include "view/gauge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fedwatt::viewer {

std::string gauge(double share, int cells) {
  int full = static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * cells));
  if (share > 0) full = std::max(full, 1);
  std::string text;
  for (int cell = 0; cell < cells; ++cell) text += cell < full ? "█" : "░";
  return text;
}

std::string gauge_share(double share) {
  const double per_cent = share * 100;
  if (per_cent > 0 && per_cent < 1) return "<1 %";
  if (per_cent > 999) return ">999 %";
  constexpr double kRoundingError = 1e-9;  // 0.29 * 100 is a little less than 29
  return fmt::format("{:.0f} %", std::floor(per_cent + kRoundingError));
}

Tone tone_of_budget(double share, const protocol::BudgetPolicy& budget) {
  if (share >= 1) return Tone::kBad;
  return share >= budget.warn_at ? Tone::kWarning : Tone::kGood;
}

}  // namespace fedwatt::viewer
