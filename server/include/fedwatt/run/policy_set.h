#pragma once

#include <string>
#include <vector>

#include "fedwatt/protocol/policies.h"

// Sets of policies, as hello and operators change them. Pure functions.

namespace fedwatt::run {

using protocol::Policies;
using protocol::PolicyKind;

// `in_force` with the kinds of `set` in their place and those of `remove` taken away. A kind that
// is in both is set.
Policies merged(const Policies& in_force, const Policies& set,
                const std::vector<PolicyKind>& remove);

// Those of `asked` whose kinds `in_force` has not: what a worker's hello may add.
Policies only_new(const Policies& in_force, const Policies& asked);

// What was set and removed, as a clause of a sentence; policies as policy_text() has them.
std::string change_in_words(const Policies& before, const Policies& after);

// The kinds in which the two differ, in the order of PolicyKind.
std::vector<PolicyKind> changed_kinds(const Policies& before, const Policies& after);

}  // namespace fedwatt::run
