#include <algorithm>

#include "fedwatt/protocol/names.h"
#include "fedwatt/run/run.h"

namespace fedwatt::run {
namespace {

using protocol::Directive;
using protocol::RunState;

constexpr std::size_t kEventsInSnapshot = 100;

}  // namespace

protocol::EventView& Run::log(const char* kind, std::string message, const std::string* worker,
                              std::optional<std::int64_t> round) {
  protocol::EventView event;
  event.run_id = run_id_;
  event.offset = offset_;
  event.at = now_;
  event.kind = kind;
  if (worker) event.worker = *worker;
  event.round = round;
  event.message = std::move(message);
  events_.push_back(std::move(event));
  if (events_.size() > kEventsKept) {
    forgotten_ = events_.front().offset;
    events_.pop_front();
  }
  return events_.back();
}

RunState Run::state() const {
  if (ended_at_) return end_state_;
  if (deserted()) return RunState::kLost;
  switch (control_.directive()) {
    case Directive::kStop:
      return RunState::kStopping;
    case Directive::kPause:
      return control_.taken_hold(participants_) ? RunState::kPaused : RunState::kPausing;
    case Directive::kRun:
      break;
  }
  return RunState::kRunning;
}

protocol::RunView Run::view() {
  const Standing& standing = rounds_.standing();
  protocol::RunView view;
  view.run_id = run_id_;
  view.offset = offset_;
  view.name = created_.name;
  view.state = state();
  view.directive = control_.directive();
  view.started_at = started_at_;
  view.ended_at = ended_at_;
  view.last_event_at = now_;
  view.total_rounds = total_rounds_;
  view.round = rounds_.latest();
  view.rounds_closed = rounds_.closed_count();
  view.target = created_.target;
  view.carbon = created_.carbon;
  view.edition = created_.edition;
  view.policies = policies_;
  view.overruled_by = policy_memory_.overruled_by;
  view.accuracy = standing.latest_accuracy;
  view.target_value = standing.latest_target_value;
  view.best_target_value = standing.best_target_value;
  view.best_round = standing.best_round;
  view.gain = standing.latest_gain;
  view.energy_j = standing.cumulative_energy_j;
  view.emissions_g = standing.cumulative_emissions_g;
  if (view.best_round && view.emissions_g) {
    view.emissions_after_best_g = standing.emissions_after_best_g;
    if (*view.emissions_g > 0) {
      view.emissions_after_best_share = *view.emissions_after_best_g / *view.emissions_g;
    }
  }
  view.energy_sources = names_of(standing.energy_sources, rounds_.vocabulary());
  view.energy_gaps = names_of(standing.energy_gaps);
  for (const auto& [worker, participant] : participants_) {
    if (participant.online() && !participant.imported()) add(view.power_w, participant.power_w);
    if (participant.role() != protocol::Role::kWorker) continue;
    ++view.workers_total;
    if (participant.online()) ++view.workers_online;
  }
  view.forecast = forecast();
  return view;
}

void Run::look_ahead() {
  outlook_ = outlook_of(participants_, noted_, created_.carbon.default_pue);
}

std::optional<double> Run::rest_s() {
  const auto planned = forecast();
  if (!planned || !planned->wall_s) return std::nullopt;
  return planned->wall_s->mean - rounds_.standing().cumulative_wall_s;
}

std::optional<protocol::Forecast> Run::forecast() {
  const auto after_rounds = created_.rules.forecast_after_rounds;
  if (!total_rounds_ || ended_at_ || rounds_.closed_count() < after_rounds) return std::nullopt;
  return rounds_.forecast({*total_rounds_, created_.target.goal, after_rounds, outlook_});
}

protocol::WorkerView Run::worker_view(const std::string& worker) const {
  protocol::WorkerView view = participants_.at(worker).view(worker);
  view.run_id = run_id_;
  view.directive = control_.order_for(worker, participants_).directive;
  return view;
}

std::vector<protocol::RoundView> Run::rounds() {
  auto views = rounds_.changed_since(0);
  for (auto& view : views) view.run_id = run_id_;
  return views;
}

protocol::Snapshot Run::snapshot() {
  protocol::Snapshot snapshot;
  snapshot.run = view();
  for (const auto& [worker, participant] : participants_) {
    snapshot.workers.push_back(worker_view(worker));
  }
  snapshot.rounds = rounds();
  const auto kept = std::min(events_.size(), kEventsInSnapshot);
  snapshot.events.assign(events_.end() - static_cast<std::ptrdiff_t>(kept), events_.end());
  snapshot.commands = control_.changed_since(0);
  for (auto& command : snapshot.commands) command.run_id = run_id_;
  return snapshot;
}

std::vector<protocol::HubToViewer> Run::changed_since(std::int64_t since) {
  std::vector<protocol::HubToViewer> changed;
  if (since >= offset_) return changed;
  changed.emplace_back(view());
  for (const auto& [worker, participant] : participants_) {
    if (participant.changed_at > since) changed.emplace_back(worker_view(worker));
  }
  for (auto& round : rounds_.changed_since(since)) {
    round.run_id = run_id_;
    changed.emplace_back(std::move(round));
  }
  for (auto& command : control_.changed_since(since)) {
    command.run_id = run_id_;
    changed.emplace_back(std::move(command));
  }
  const auto first_new = std::find_if(events_.rbegin(), events_.rend(), [since](const auto& event) {
                           return event.offset <= since;
                         }).base();
  changed.insert(changed.end(), first_new, events_.end());
  return changed;
}

}  // namespace fedwatt::run
