#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "input/ui_state.h"

// What lies where on the screen, for the mouse.

namespace fedwatt::viewer {

// Cells of the screen, the last ones included.
struct CellBox {
  int x_min = 0;
  int x_max = 0;
  int y_min = 0;
  int y_max = 0;
  bool contains(ScreenCell cell) const;
  bool operator==(const CellBox&) const = default;
};

// A line of a list that stands for a run, or for a worker of the opened run.
struct RunRow {
  std::string run_id;
};
struct WorkerRow {
  std::string worker;
};
// A plot, asked with a cell of the screen inside its box: the values of the point nearest to it in
// words, and the id of the run that the point belongs to; both may be empty.
struct PlotArea {
  std::function<std::string(ScreenCell)> reading;
  std::function<std::string(ScreenCell)> run_id;
};
using HitTarget = std::variant<RunRow, WorkerRow, PlotArea>;

struct Hit {
  CellBox box;
  HitTarget what;
};

class HitMap {
 public:
  void clear() { hits_.clear(); }  // before each picture
  void add(Hit hit) { hits_.push_back(std::move(hit)); }
  // What was drawn there last; null if there is nothing. Valid until the next change.
  const Hit* at(ScreenCell cell) const;
  const std::vector<Hit>& hits() const { return hits_; }

 private:
  std::vector<Hit> hits_;
};

}  // namespace fedwatt::viewer
