#include "view/sized.h"

#include <ftxui/dom/elements.hpp>
#include <utility>

namespace fedwatt::viewer {

ftxui::Element sized(ftxui::Element element, Size size) {
  return std::move(element) | ftxui::size(ftxui::WIDTH, ftxui::EQUAL, size.width) |
         ftxui::size(ftxui::HEIGHT, ftxui::EQUAL, size.height);
}

}  // namespace fedwatt::viewer
