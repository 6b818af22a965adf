#include "fedwatt/hub/visible_runs.h"

#include <utility>

namespace fedwatt::hub {

VisibleRuns::VisibleRuns(const Runs& runs, std::shared_ptr<const access::Token> token)
    : runs_(&runs), token_(std::move(token)), all_(token_->runs.include_everything()) {}

bool VisibleRuns::include(const run::Run& run) const {
  if (all_ || token_->runs.include(run.name())) return true;
  const auto& edition = run.created().edition;
  const run::Run* const original = edition ? runs_->by_id(edition->of_run_id) : nullptr;
  return original && token_->runs.include(original->name());
}

run::Run* VisibleRuns::resolve(const std::string& name_or_id) const {
  run::Run* const run = runs_->resolve(name_or_id);
  return run && include(*run) ? run : nullptr;
}

std::vector<run::Run*> VisibleRuns::all() const {
  std::vector<run::Run*> visible;
  for (const auto& run : runs_->all()) {
    if (include(*run)) visible.push_back(run.get());
  }
  return visible;
}

protocol::Error VisibleRuns::unknown_run(const std::string& name_or_id,
                                         const std::optional<std::string>& id) const {
  if (all_) return runs_->unknown_run(name_or_id, id);
  if (token_->runs.include(name_or_id)) {
    return {"unknown_run", "no run is called " + name_or_id + "; runs: " + some_names(), {}, id};
  }
  return {"not_allowed",
          "the token of " + token_->name + " is for the runs " + token_->runs.in_words() +
              " and no others, so nothing is told about " + name_or_id,
          {},
          id};
}

std::string VisibleRuns::some_names() const {
  constexpr std::size_t kSome = 10;
  std::string names;
  std::set<std::string> seen;
  const auto& runs = runs_->all();
  for (auto run = runs.rbegin(); run != runs.rend() && seen.size() < kSome; ++run) {
    if (!include(**run) || !seen.insert((*run)->name()).second) continue;
    names += (names.empty() ? "" : ", ") + (*run)->name();
  }
  return names.empty() ? "there are none yet" : names;
}

}  // namespace fedwatt::hub
