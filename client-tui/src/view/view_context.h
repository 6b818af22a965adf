#pragma once

#include "input/ui_state.h"
#include "model/viewer_model.h"
#include "view/theme.h"

namespace fedwatt::viewer {

class HitMap;

struct Size {
  int width = 0;
  int height = 0;
};

// All that a screen is made from: the same context always gives the same picture.
struct ViewContext {
  const ViewerModel& model;
  const UiState& ui;
  protocol::Timestamp now;  // by the viewer's clock
  Size size;
  std::string hub_url;
  Theme theme{};
  HitMap* hits = nullptr;  // where elements come to lie, if somebody wants to know
};

}  // namespace fedwatt::viewer
