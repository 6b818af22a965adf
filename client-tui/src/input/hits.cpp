#include "input/hits.h"

#include <algorithm>

namespace fedwatt::viewer {

bool CellBox::contains(ScreenCell cell) const {
  return cell.x >= x_min && cell.x <= x_max && cell.y >= y_min && cell.y <= y_max;
}

const Hit* HitMap::at(ScreenCell cell) const {
  const auto found = std::find_if(hits_.rbegin(), hits_.rend(),
                                  [&](const Hit& hit) { return hit.box.contains(cell); });
  return found == hits_.rend() ? nullptr : &*found;
}

}  // namespace fedwatt::viewer
