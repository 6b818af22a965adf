#include "fedwatt/run/rounds.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace fedwatt::run {

using protocol::ClosedBy;
using protocol::Role;

namespace {

const Standing kNone;  // before the first round

}  // namespace

void Rounds::begin(const RoundRules& rules, protocol::Target target, Closed closed) {
  rules_ = rules;
  target_ = std::move(target);
  closed_ = std::move(closed);
}

std::map<std::int64_t, Round>::iterator Rounds::entry_of(std::int64_t number) {
  const auto newest = rounds_.empty() ? rounds_.end() : std::prev(rounds_.end());
  // It mostly is, and then nothing depends on how many there were.
  return newest != rounds_.end() && newest->first == number ? newest : rounds_.find(number);
}

// Marks the round as changed by the event. The figures of all later rounds build on it, so they
// change too: what changed is always a tail of the rounds. A round that cost nothing may push the
// one before it off the Pareto front.
void Rounds::touch(const Round& round, std::int64_t offset) {
  auto each = entry_of(round.number);
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

Round& Rounds::open(std::int64_t number, std::int64_t offset, bool planned) {
  const auto entry = entry_of(number);
  if (entry != rounds_.end()) return entry->second;
  Round& round = rounds_.try_emplace(number, number).first->second;
  open_[number] = &round;
  round.planned = planned;
  for (const auto& [name, known] : known_) {
    if (known.present_as) expect(round, name, known);
  }
  touch(round, offset);
  return round;
}

void Rounds::expect(Round& round, const std::string& name, const Known& known) {
  const Role role = *known.present_as;
  const bool selected = role == Role::kCoordinator || !round.planned || round.expects(name);
  if (!selected || known.passed(round.number)) return;
  Member& member = round.member(name);
  if (role == Role::kWorker) round.expect(member);
  if (!member.complete()) round.wait_for(member);
}

void Rounds::participant_came(const std::string& name, Role role, std::int64_t offset,
                              Timestamp now) {
  Known& known = known_[name];
  known.present_as = role;
  known.gone = false;
  for (auto each = open_.begin(); each != open_.end();) {
    Round& round = *(each++)->second;  // which settle() may take out
    expect(round, name, known);
    touch(round, offset);
    settle(round, offset, now);
  }
}

void Rounds::participant_gone(const std::string& name, std::int64_t offset, Timestamp now) {
  Known& known = known_[name];
  known.present_as.reset();
  known.gone = true;
  for (auto each = open_.begin(); each != open_.end();) {
    Round& round = *(each++)->second;
    Member* const member = round.find(name);
    if (!member || !member->waited_for) continue;
    round.wait_for(*member, false);
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
  touch(round, offset);  // as it is, and below as it will be: it may begin or cease to cost nothing
  Member& member = round.member(received.worker);
  round.add_report(member, received, role, hardware, clock_offset_s, vocabulary_);
  if (role == Role::kWorker) round.expect(member);
  if (!late && !member.complete()) round.wait_for(member);
  touch(round, offset);
  advance(received.worker, round, member.complete(), offset, now);
  return late;
}

void Rounds::plan(const std::string& coordinator, const protocol::RoundPlan& plan,
                  std::int64_t offset, Timestamp now) {
  Round& round = open(plan.round, offset, true);
  if (round.open()) {
    round.planned = true;
    const std::set<std::string> selected(plan.selected.begin(), plan.selected.end());
    for (const auto& name : selected) round.member(name);
    for (auto each = round.members().begin(); each != round.members().end();) {
      const std::string& name = each->first;
      Member& member = (each++)->second;  // which may be taken out
      const bool is_selected = selected.count(name) > 0;
      const auto known = known_.find(name);
      const bool is_known = known != known_.end();
      const bool is_past = is_known && (known->second.gone || known->second.passed(plan.round));
      const bool coordinates = is_known && known->second.present_as == Role::kCoordinator;
      round.wait_for(member, (is_selected && !is_past && !member.complete()) ||
                                 (coordinates && member.waited_for));
      round.expect(member, is_selected || member.reported_as_worker());
      if (!member.has_part()) round.erase(name);
    }
    touch(round, offset);
  }
  advance(coordinator, round, false, offset, now);
}

// `name` has reached `round`, so it is done with every earlier one; and with this one if complete.
void Rounds::advance(const std::string& name, const Round& round, bool complete,
                     std::int64_t offset, Timestamp now) {
  auto& reached = known_[name].reached;
  const std::int64_t number = round.number;
  // Those before the one that it had reached it has left behind already.
  auto each = reached ? open_.lower_bound(std::min(*reached, number)) : open_.begin();
  reached = std::max(reached.value_or(number), number);
  while (each != open_.end() && each->first <= *reached) {
    Round& open = *(each++)->second;  // which settle() may take out
    const bool done = open.number < *reached || (open.number == number && complete);
    Member* const member = done ? open.find(name) : nullptr;
    if (member && member->waited_for) {
      open.wait_for(*member, false);
      if (!member->contribution && !open.planned) open.erase(name);  // it never had a part in it
      touch(open, offset);
    }
    if (done || open.number == number) settle(open, offset, now);
  }
}

void Rounds::settle(Round& round, std::int64_t offset, Timestamp now) {
  if (!round.open()) return;
  const auto needed = std::max<std::size_t>(
      1,
      static_cast<std::size_t>(std::ceil(rules_.quorum * static_cast<double>(round.expected()))));
  if (!round.quorum_at && round.workers_complete() >= needed) round.quorum_at = now;
  if (round.waiting() > 0 || !round.reported()) return;
  close(round, round.all_expected_reported() ? ClosedBy::kAllReported : ClosedBy::kWorkersLost,
        offset);
}

void Rounds::close(Round& round, ClosedBy by, std::int64_t offset) {
  round.closed_by = by;
  touch(round, offset);
  round.revision = 1;
  round.wait_for_nobody();
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
  while (!open_.empty()) close(*open_.begin()->second, ClosedBy::kRunEnd, offset);
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
    figures.view = figures_of(round->second, vocabulary_, target_, standing, after);
    if (figures.view.on_pareto_front) leave_front_to(figures.view);
    if (figures.view.closed_by) {
      closed_views_.push_back(&figures.view);
      forecast_for_.reset();
    }
    figures.after = standing = after;
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
  const auto& after =
      closed_views_.empty() ? kNone : figures_.at(closed_views_.back()->round).after;
  forecast_ = forecast_of(closed_views_, after, plan);
  forecast_for_ = plan;
  return forecast_;
}

}  // namespace fedwatt::run
