#pragma once

#include <optional>

#include "fedwatt/protocol/messages.h"

// Two reports of one worker as one, where there is no room for both. The hub adds up the reports of
// a round, so what it then knows of the round is the same: energy by component, source and gap,
// duration, bytes, examples, metrics and completeness. What is lost is detail: which phase took how
// much of it, and when. docs/offline.md says it for users. Pure functions.

namespace fedwatt::session {

// What a fold may cost; each level includes those before it.
enum class FoldLevel {
  kSamePhase,     // nothing but the line between two parts of one phase
  kSameRound,     // which phase spent it; at most one of the two has results
  kTwoResults,    // one round's results twice: they are merged as the hub would have done it
  kAcrossRounds,  // the earlier round's results, and that it was a round; its costs are kept
};

// `earlier` and `later`, made in this order, as one report without a number; empty if that would
// not be true. Measured and estimated energy, or energy from two sources, are never added up, nor
// is what was measured added to what was not: either sum would hide something.
std::optional<protocol::Report> fold(const protocol::Report& earlier, const protocol::Report& later,
                                     FoldLevel level);

// Whether it has what a round came to; the hub takes such reports in their order.
bool has_results(const protocol::Report& report);

}  // namespace fedwatt::session
