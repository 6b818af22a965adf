#pragma once

#include <string>
#include <vector>

#include "model/viewer_model.h"

namespace fedwatt::viewer {

// What was set for runs, in words, one value for each run.
struct Setting {
  std::string name;
  std::vector<std::string> values;
};

// The settings in which the runs are not all alike. What is known of a run's workers counts only
// where all runs were followed in full.
std::vector<Setting> differing_settings(const std::vector<const RunRecord*>& runs);

}  // namespace fedwatt::viewer
