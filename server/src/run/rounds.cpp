#include "fedwatt/run/rounds.h"

#include <algorithm>
#include <cmath>

namespace fedwatt::run {

using protocol::ClosedBy;
using protocol::Role;

void Rounds::begin(const RoundRules& rules, protocol::Target target, Closed closed) {
  rules_ = rules;
  target_ = std::move(target);
  closed_ = std::move(closed);
}

// Marks the round as changed by the event. The figures of all later rounds build on it, so they
// change too: what changed is always a tail of the rounds. A round that cost nothing may push the
// one before it off the Pareto front.
void Rounds::touch(const Round& round, std::int64_t offset) {
  auto each = rounds_.find(round.number);
  while (each != rounds_.begin() && !each->second.open() && each->second.free_of_emissions()) {
    --each;
  }
  stale_from_ = std::min(stale_from_.value_or(each->first), each->first);
  for (; each != rounds_.end(); ++each) {
    Round& changed = each->second;
    if (changed.changed_at < offset && !changed.open()) ++changed.revision;
    changed.changed_at = offset;
  }
}

Round& Rounds::open(std::int64_t number, std::int64_t offset) {
  const auto [entry, is_new] = rounds_.try_emplace(number);
  Round& round = entry->second;
  if (!is_new) return round;
  round.number = number;
  open_.insert(number);
  for (const auto& [name, role] : present_) expect(round, name, role);
  touch(round, offset);
  return round;
}

bool Rounds::passed(const std::string& name, std::int64_t round) const {
  const auto reached = reached_.find(name);
  return reached != reached_.end() && reached->second > round;
}

void Rounds::expect(Round& round, const std::string& name, Role role) {
  const bool selected = role == Role::kCoordinator || !round.planned || round.expected.count(name);
  if (!selected || passed(name, round.number)) return;
  if (role == Role::kWorker) round.expected.insert(name);
  const auto contribution = round.contributions.find(name);
  if (contribution == round.contributions.end() || !contribution->second.complete) {
    round.waiting.insert(name);
  }
}

void Rounds::participant_came(const std::string& name, Role role, std::int64_t offset,
                              Timestamp now) {
  present_[name] = role;
  gone_.erase(name);
  for (const auto number : std::set(open_)) {
    Round& round = rounds_.at(number);
    expect(round, name, role);
    touch(round, offset);
    settle(round, offset, now);
  }
}

void Rounds::participant_gone(const std::string& name, std::int64_t offset, Timestamp now) {
  present_.erase(name);
  gone_.insert(name);
  for (const auto number : std::set(open_)) {
    Round& round = rounds_.at(number);
    if (round.waiting.erase(name) == 0) continue;
    touch(round, offset);
    settle(round, offset, now);
  }
}

bool Rounds::add_report(const ReportReceived& received, Role role,
                        const protocol::Hardware& hardware, double clock_offset_s,
                        std::int64_t offset, Timestamp now) {
  Round& round = open(received.report.round, offset);
  const bool late = !round.open();
  if (late) ++round.late_reports;
  touch(round, offset);
  add(round.emissions_g, received.emissions_g);
  Contribution& contribution = round.contributions[received.worker];
  contribution.role = role;
  contribution.add_report(received, hardware, clock_offset_s);
  if (role == Role::kWorker) round.expected.insert(received.worker);
  if (!late && !contribution.complete) round.waiting.insert(received.worker);
  touch(round, offset);
  advance(received.worker, round.number, contribution.complete, offset, now);
  return late;
}

void Rounds::plan(const std::string& coordinator, const protocol::RoundPlan& plan,
                  std::int64_t offset, Timestamp now) {
  Round& round = open(plan.round, offset);
  if (round.open()) {
    round.planned = true;
    const std::set<std::string> selected(plan.selected.begin(), plan.selected.end());
    std::set<std::string> waiting;
    for (const auto& name : selected) {
      const auto contribution = round.contributions.find(name);
      const bool complete =
          contribution != round.contributions.end() && contribution->second.complete;
      if (!complete && gone_.count(name) == 0 && !passed(name, plan.round)) waiting.insert(name);
    }
    for (const auto& name : round.waiting) {
      const auto participant = present_.find(name);
      const bool is_worker = participant == present_.end() || participant->second == Role::kWorker;
      if (!is_worker) waiting.insert(name);
    }
    round.waiting = std::move(waiting);
    round.expected = selected;
    for (const auto& [name, contribution] : round.contributions) {
      if (contribution.role == Role::kWorker) round.expected.insert(name);
    }
    touch(round, offset);
  }
  advance(coordinator, plan.round, false, offset, now);
}

// `name` has reached `round`, so it is done with every earlier one; and with this one if complete.
void Rounds::advance(const std::string& name, std::int64_t round, bool complete,
                     std::int64_t offset, Timestamp now) {
  auto& reached = reached_.try_emplace(name, round).first->second;
  reached = std::max(reached, round);
  for (const auto number : std::set(open_)) {
    Round& each = rounds_.at(number);
    const bool skipped = number < reached;
    if (!skipped && !(number == round && complete)) {
      if (number == round) settle(each, offset, now);
      continue;
    }
    if (each.waiting.erase(name) > 0) {
      const bool took_part = each.contributions.count(name) > 0;
      if (!took_part && !each.planned) each.expected.erase(name);
      touch(each, offset);
    }
    settle(each, offset, now);
  }
}

void Rounds::settle(Round& round, std::int64_t offset, Timestamp now) {
  if (!round.open()) return;
  const auto complete = round.workers_complete();
  const auto needed = std::max<std::size_t>(
      1, static_cast<std::size_t>(
             std::ceil(rules_.quorum * static_cast<double>(round.expected.size()))));
  if (!round.quorum_at && complete >= needed) round.quorum_at = now;
  if (!round.waiting.empty() || round.contributions.empty()) return;
  const bool all = std::all_of(
      round.expected.begin(), round.expected.end(),
      [&round](const std::string& name) { return round.contributions.count(name) > 0; });
  close(round, all ? ClosedBy::kAllReported : ClosedBy::kWorkersLost, offset);
}

void Rounds::close(Round& round, ClosedBy by, std::int64_t offset) {
  round.closed_by = by;
  touch(round, offset);
  round.revision = 1;
  round.waiting.clear();
  open_.erase(round.number);
  closed_(round);
}

void Rounds::deadline_passed(std::int64_t number, std::int64_t offset) {
  const auto round = rounds_.find(number);
  if (round != rounds_.end() && round->second.open()) {
    close(round->second, ClosedBy::kDeadline, offset);
  }
}

void Rounds::run_ended(std::int64_t offset) {
  for (const auto number : std::set(open_)) close(rounds_.at(number), ClosedBy::kRunEnd, offset);
}

std::optional<Timestamp> Rounds::deadline_of(const Round& round, Timestamp resumed_at) const {
  if (!round.open() || !round.quorum_at) return std::nullopt;
  return std::max(*round.quorum_at, resumed_at) + std::chrono::milliseconds{rules_.deadline_ms};
}

std::optional<std::int64_t> Rounds::latest() const {
  return rounds_.empty() ? std::nullopt : std::optional(rounds_.rbegin()->first);
}

void Rounds::refresh() {
  if (!stale_from_) return;
  auto round = rounds_.lower_bound(*stale_from_);
  auto before = figures_.lower_bound(*stale_from_);
  Standing standing;
  if (before != figures_.begin()) standing = std::prev(before)->second.after;
  closed_views_.erase(
      std::lower_bound(closed_views_.begin(), closed_views_.end(), *stale_from_,
                       [](const auto* view, std::int64_t number) { return view->round < number; }),
      closed_views_.end());
  for (; round != rounds_.end(); ++round) {
    Figures& figures = figures_[round->first];
    Standing after;
    figures.view = figures_of(round->second, target_, standing, after);
    if (figures.view.on_pareto_front) leave_front_to(figures.view);
    if (figures.view.closed_by) {
      closed_views_.push_back(&figures.view);
      forecast_for_.reset();
    }
    figures.after = after;
    standing = std::move(after);
  }
  stale_from_.reset();
}

// Earlier rounds that cost the run as much and bought less are dominated by `best`.
void Rounds::leave_front_to(const protocol::RoundView& best) {
  for (auto each = figures_.find(best.round); each != figures_.begin();) {
    protocol::RoundView& earlier = (--each)->second.view;
    if (earlier.cumulative_emissions_g != best.cumulative_emissions_g) return;
    earlier.on_pareto_front = false;
  }
}

std::vector<protocol::RoundView> Rounds::changed_since(std::int64_t since) {
  refresh();
  const auto last_unchanged =
      std::find_if(figures_.rbegin(), figures_.rend(),
                   [since](const auto& each) { return each.second.view.offset <= since; });
  std::vector<protocol::RoundView> changed;
  for (auto each = last_unchanged.base(); each != figures_.end(); ++each) {
    changed.push_back(each->second.view);
  }
  return changed;
}

void Rounds::visit(const std::function<void(const protocol::RoundView&)>& take) {
  refresh();
  for (const auto& [number, figures] : figures_) take(figures.view);
}

const Standing& Rounds::standing() {
  refresh();
  static const Standing kNone;
  return figures_.empty() ? kNone : figures_.rbegin()->second.after;
}

std::optional<Stretch> Rounds::latest_stretch(std::int64_t rounds) {
  refresh();
  Stretch stretch;
  std::int64_t seen = 0;
  std::optional<double> cumulative_g;
  for (auto each = figures_.end(); each != figures_.begin();) {
    const auto& [view, after] = (--each)->second;
    if (!view.closed_by || !view.target_value) continue;
    if (seen == 0) {
      stretch.last_round = view.round;
      stretch.best = *after.best_target_value;
      cumulative_g = view.cumulative_emissions_g;
    }
    if (seen++ < rounds) {
      stretch.first_round = view.round;
      continue;
    }
    stretch.best_before = *after.best_target_value;
    if (cumulative_g) {
      stretch.emissions_g = *cumulative_g - view.cumulative_emissions_g.value_or(0);
    }
    return stretch;
  }
  return std::nullopt;
}

const std::optional<protocol::Forecast>& Rounds::forecast(const Plan& plan) {
  refresh();
  if (forecast_for_ == plan) return forecast_;
  static const Standing kNone;
  const auto& after =
      closed_views_.empty() ? kNone : figures_.at(closed_views_.back()->round).after;
  forecast_ = forecast_of(closed_views_, after, plan);
  forecast_for_ = plan;
  return forecast_;
}

}  // namespace fedwatt::run
