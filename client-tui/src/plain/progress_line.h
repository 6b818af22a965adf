#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

namespace fedwatt::viewer {

// Says how far something is in one line of a terminal, which goes with this object.
class ProgressLine {
 public:
  // Writes nothing unless `shown`.
  ProgressLine(std::ostream& err, bool shown) : err_(err), shown_(shown) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Writes the text anew, but no oftener than anybody could read it.
  void update(const std::function<std::string()>& text);

 private:
  std::ostream& err_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace fedwatt::viewer
