#include "fedwatt/hub/runs.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <random>
#include <utility>

namespace fedwatt::hub {
namespace {

// Sorts by time and says when the run started: "20260101-093000-5f3a9c".
std::string make_run_id(run::Timestamp now) {
  static std::random_device random;
  std::string digits;
  for (const char c : protocol::format_timestamp(now).substr(0, 19)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  std::array<char, 8> suffix{};
  std::snprintf(suffix.data(), suffix.size(), "%06x", random() & 0xffffffU);
  return digits.substr(0, 8) + "-" + digits.substr(8) + "-" + suffix.data();
}

}  // namespace

Runs::Runs(CommitCycle& cycle, OnOrders on_orders)
    : cycle_(cycle), on_orders_(std::move(on_orders)) {}

run::Run& Runs::add(std::unique_ptr<run::Run> run) {
  runs_.push_back(std::move(run));
  by_id_[runs_.back()->run_id()] = runs_.back().get();
  return *runs_.back();
}

void Runs::replay(run::StoredEvent&& stored) {
  const bool is_first = stored.offset == 1;
  if (is_first) {
    auto run = std::make_unique<run::Run>(stored.run_id);
    replayed_ = run.get();
    const auto* created = std::get_if<run::RunCreated>(&stored.event);
    if (created && created->edition) {
      unfinished_[stored.run_id] = std::move(run);
    } else {
      add(std::move(run));
    }
  }
  run::Run& run = *replayed_;
  run.apply(stored.event, stored.at);
  if (!run.created().edition) {
    if (is_first) remember_name(run, run.name(), !run.by_import());
  } else if (run.offset() == run.created().edition_events) {
    remember_name(add(std::move(unfinished_.extract(stored.run_id).mapped())), run.name(), false);
  }
}

void Runs::remember_name(run::Run& run, const std::string& name, bool for_workers) {
  latest_named_[name] = &run;
  if (for_workers) latest_training_[name] = &run;
}

run::Run* Runs::create(const std::string& name, bool by_import, run::Timestamp now) {
  if (runs_.size() >= kMaxRuns) return nullptr;
  run::Run& run = add(std::make_unique<run::Run>(new_id(now)));
  remember_name(run, name, !by_import);
  return &run;
}

std::string Runs::new_id(run::Timestamp now) const {
  std::string run_id = make_run_id(now);
  while (by_id(run_id)) run_id = make_run_id(now);
  return run_id;
}

run::Run* Runs::adopt(std::unique_ptr<run::Run> edition) {
  run::Run& run = add(std::move(edition));
  remember_name(run, run.name(), false);
  changed_.insert(&run);
  return &run;
}

run::Run* Runs::edition_for(const std::string& request, const run::Run& original) const {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) {
    const auto& created = run->created();
    return created.edition && created.edition->of_run_id == original.run_id() &&
           created.edition_request == request;
  });
  return found == runs_.end() ? nullptr : found->get();
}

std::vector<std::string> Runs::unfinished_editions() const {
  std::vector<std::string> ids;
  for (const auto& [run_id, edition] : unfinished_) ids.push_back(run_id);
  return ids;
}

void Runs::record(run::Run& run, run::Event event, run::Timestamp now) {
  auto effects = run.apply(event, now);
  if (const auto* decided = std::get_if<run::PolicyDecided>(&event)) {
    ++policy_counts_[{decided->decision.policy, decided->decision.what}];
  }
  cycle_.add({run.run_id(), run.offset(), now, std::move(event)},
             effects.alerts.size() * sizeof(protocol::EventView));
  changed_.insert(&run);
  if (!effects.orders.empty()) {
    const auto bytes = effects.orders.size() * sizeof(effects.orders.front());
    cycle_.after_commit(
        [this, &run, orders = std::move(effects.orders)] { on_orders_(run, orders); }, bytes);
  }
  if (!effects.alerts.empty()) {
    auto& alerts = alerts_[&run];
    std::move(effects.alerts.begin(), effects.alerts.end(), std::back_inserter(alerts));
  }
  for (auto& follow_up : effects.follow_ups) record(run, std::move(follow_up), now);
}

run::Run* Runs::by_id(const std::string& run_id) const {
  const auto found = by_id_.find(run_id);
  return found == by_id_.end() ? nullptr : found->second;
}

run::Run* Runs::latest_training(const std::string& name) const {
  const auto found = latest_training_.find(name);
  return found == latest_training_.end() ? nullptr : found->second;
}

run::Run* Runs::of_session(const std::string& session) const {
  const auto found = std::find_if(runs_.rbegin(), runs_.rend(), [&session](const auto& run) {
    return !run->created().edition && run->worker_of_session(session) != nullptr;
  });
  return found == runs_.rend() ? nullptr : found->get();
}

run::Run* Runs::latest_named(const std::string& name) const {
  run::Run* training = latest_training(name);
  if (training && !training->ended()) return training;
  const auto found = latest_named_.find(name);
  return found == latest_named_.end() ? nullptr : found->second;
}

run::Run* Runs::resolve(const std::string& name_or_id) const {
  run::Run* run = by_id(name_or_id);
  return run ? run : latest_named(name_or_id);
}

std::string Runs::some_names() const {
  constexpr std::size_t kSome = 10;
  std::string names;
  std::set<std::string> seen;
  for (auto run = runs_.rbegin(); run != runs_.rend() && seen.size() < kSome; ++run) {
    if (seen.insert((*run)->name()).second) names += (names.empty() ? "" : ", ") + (*run)->name();
  }
  if (names.empty()) return "there are none yet";
  return latest_named_.size() > seen.size() ? names + ", …" : names;
}

protocol::Error Runs::unknown_run(const std::string& name_or_id,
                                  const std::optional<std::string>& id) const {
  return {"unknown_run", "no run is called " + name_or_id + "; runs: " + some_names(), {}, id};
}

void Runs::find_due(run::Run& run) {
  if (const auto next = run.next_due(); next && !run.created().edition) {
    due_[&run] = *next;
  } else {
    due_.erase(&run);
  }
}

Runs::Alerts Runs::take_alerts() { return std::exchange(alerts_, {}); }

std::set<run::Run*> Runs::take_changed() {
  for (run::Run* run : changed_) watch(*run);
  return std::exchange(changed_, {});
}

void Runs::record_due(run::Timestamp now) {
  for (run::Run* run : std::exchange(to_watch_, {})) find_due(*run);
  for (const auto& [run, when] : std::map(due_)) {
    if (when > now) continue;
    for (auto events = run->due(now); !events.empty(); events = run->due(now)) {
      for (auto& event : events) record(*run, std::move(event), now);
    }
  }
}

}  // namespace fedwatt::hub
