#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "fedwatt/run/event.h"

namespace fedwatt::run {

// A number in a policy's sentence; `numbers` beside the sentence has it in full.
inline std::string shown(double value) {
  return std::abs(value) < 1e6 ? fmt::format("{:.6g}", value) : fmt::format("{:.0f}", value);
}

inline PolicyDecision::What what_of(protocol::PolicyAct act) {
  switch (act) {
    case protocol::PolicyAct::kPause:
      return PolicyDecision::What::kPause;
    case protocol::PolicyAct::kStop:
      return PolicyDecision::What::kStop;
    case protocol::PolicyAct::kWarn:
      break;
  }
  return PolicyDecision::What::kWarn;
}

}  // namespace fedwatt::run
