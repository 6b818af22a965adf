#pragma once

#include <optional>

#include "input/controller.h"
#include "input/hits.h"

// The mouse: never needed, as everything has a key.

namespace fedwatt::viewer {

struct Mouse {
  enum class What { kMove, kClick, kWheelUp, kWheelDown };
  What what = What::kMove;
  ScreenCell at;
};

// A click selects what lies there, and one on what is selected already opens it; the wheel moves as
// the arrows do; where the pointer is, the plots read their values.
std::optional<Effect> handle_mouse(UiState& ui, const ViewerModel& model, const HitMap& hits,
                                   const Mouse& mouse);

}  // namespace fedwatt::viewer
