#include "fedwatt/run/policy_set.h"

#include <algorithm>

#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/policy_text.h"

namespace fedwatt::run {
namespace {

// Calls `visit(kind, member)` for each kind, with the member of Policies that holds it.
template <class Visit>
void for_each_kind(Visit visit) {
  visit(PolicyKind::kBudget, &Policies::budget);
  visit(PolicyKind::kPlateau, &Policies::plateau);
  visit(PolicyKind::kIntensity, &Policies::intensity);
  visit(PolicyKind::kConfirm, &Policies::confirm);
  visit(PolicyKind::kTarget, &Policies::target);
}

}  // namespace

Policies merged(const Policies& in_force, const Policies& set,
                const std::vector<PolicyKind>& remove) {
  Policies merged = in_force;
  for_each_kind([&](PolicyKind kind, auto member) {
    if (std::find(remove.begin(), remove.end(), kind) != remove.end()) (merged.*member).reset();
    if (set.*member) merged.*member = set.*member;
  });
  return merged;
}

Policies only_new(const Policies& in_force, const Policies& asked) {
  Policies added = asked;
  for_each_kind([&](PolicyKind, auto member) {
    if (in_force.*member) (added.*member).reset();
  });
  return added;
}

std::string change_in_words(const Policies& before, const Policies& after) {
  Policies set;
  std::string removed;
  for_each_kind([&](PolicyKind kind, auto member) {
    if (before.*member == after.*member) return;
    set.*member = after.*member;
    if (after.*member) return;
    removed += (removed.empty() ? "removed " : ", ") + std::string(protocol::name_of(kind));
  });
  const std::string words = protocol::policy_text(set);
  if (words.empty() && removed.empty()) return "none is new";
  return words + (words.empty() || removed.empty() ? "" : "; ") + removed;
}

std::vector<PolicyKind> changed_kinds(const Policies& before, const Policies& after) {
  std::vector<PolicyKind> changed;
  for_each_kind([&](PolicyKind kind, auto member) {
    if (before.*member != after.*member) changed.push_back(kind);
  });
  return changed;
}

}  // namespace fedwatt::run
