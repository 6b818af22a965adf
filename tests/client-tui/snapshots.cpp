#include "snapshots.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ftxui/dom/elements.hpp>
#include <ftxui/screen/screen.hpp>
#include <sstream>

namespace fedwatt::viewer {

std::string element_text(const ftxui::Element& element, Size size) {
  ftxui::Screen screen(size.width, size.height);
  ftxui::Render(screen, element);
  std::string text;
  for (int y = 0; y < screen.dimy(); ++y) {
    std::string line;
    for (int x = 0; x < screen.dimx(); ++x) line += screen.at(x, y);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void expect_snapshot(const std::string& name, const std::string& actual) {
  const auto path = std::filesystem::path(FEDWATT_SNAPSHOT_DIR) / (name + ".txt");
  if (std::getenv("FEDWATT_UPDATE_SNAPSHOTS")) std::ofstream(path) << actual;
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(actual, expected.str()) << "in " << path;
}

}  // namespace fedwatt::viewer
