#pragma once

#include <string>

#include "fedwatt/protocol/policies.h"
#include "text/words.h"

namespace fedwatt::viewer {

// "██████░░░░", `cells` wide; what is used at all shows, and what is not used up is not full.
std::string gauge(double share, int cells);

// "82 %", "<1 %", ">999 %": six cells at most. Below the whole it never says 100 %.
std::string gauge_share(double share);

// Whether a share of that budget is a reason to look.
Tone tone_of_budget(double share, const protocol::BudgetPolicy& budget);

}  // namespace fedwatt::viewer
