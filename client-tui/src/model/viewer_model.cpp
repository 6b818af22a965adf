#include "model/viewer_model.h"

#include <algorithm>
#include <tuple>

#include "model/grids.h"
#include "text/words.h"

namespace fedwatt::viewer {

std::optional<double> target_value(const protocol::WorkerView& worker,
                                   const protocol::Target& target) {
  if (target.metric == "accuracy") return worker.accuracy;
  if (target.metric == "loss") return worker.loss;
  const auto value = worker.metrics.find(target.metric);
  return value == worker.metrics.end() ? std::nullopt : std::optional(value->second);
}

const protocol::RoundView* latest_closed_round(const RunRecord& run) {
  const auto closed = std::find_if(run.rounds.rbegin(), run.rounds.rend(),
                                   [](const auto& entry) { return entry.second.closed_by; });
  return closed == run.rounds.rend() ? nullptr : &closed->second;
}

void ViewerModel::apply(const protocol::HubToViewer& message, protocol::Timestamp now) {
  if (const auto* welcome = std::get_if<protocol::ViewerWelcome>(&message)) {
    take(*welcome, now);
    return;
  }
  std::visit(
      [this](const auto& value) {
        using Message = std::decay_t<decltype(value)>;
        if constexpr (!std::is_same_v<Message, protocol::ViewerWelcome>) take(value);
      },
      message);
}

void ViewerModel::connection_lost(const std::string& reason, bool is_final,
                                  protocol::Timestamp now) {
  const auto next = is_final                          ? Connection::State::kRefused
                    : connection_.hub_version.empty() ? Connection::State::kConnecting
                                                      : Connection::State::kReconnecting;
  // Attempt after attempt fails: "since" stays the moment when the connection was lost.
  if (next != connection_.state) connection_.since = now;
  connection_.state = next;
  connection_.reason = reason;
}

void ViewerModel::take(const protocol::ViewerWelcome& welcome, protocol::Timestamp now) {
  connection_ = {Connection::State::kLive, now, "", welcome.hub_version, welcome.insecure};
  store_trouble_.reset();  // the hub says so after its welcome, if there is any
  hub_clock_ahead_ = welcome.server_time - now;
}

void ViewerModel::take(const protocol::Snapshot& snapshot) {
  const bool is_newer = store(snapshot.run);
  RunRecord& record = runs_[snapshot.run.run_id];
  record.resume_offset = std::max(record.resume_offset.value_or(0), snapshot.run.offset);
  for (const auto& worker : snapshot.workers) take(worker);
  for (const auto& round : snapshot.rounds) take(round);
  for (const auto& event : snapshot.events) take(event);
  for (const auto& command : snapshot.commands) take(command);
  if (is_newer) note_history(record);
}

void ViewerModel::take(const protocol::RunView& run) {
  if (store(run)) note_history(runs_[run.run_id]);
}

bool ViewerModel::store(const protocol::RunView& run) {
  const auto [it, is_new] = runs_.try_emplace(run.run_id);
  if (!is_new && run.offset < it->second.view.offset) return false;
  it->second.view = run;
  return true;
}

void ViewerModel::note_history(RunRecord& run) {
  if (has_ended(run.view.state) || !run.history.is_due(run.view.last_event_at)) return;
  run.history.note(run.view, mean_intensity(run));
}

void ViewerModel::take(const protocol::WorkerView& worker) {
  const auto run = runs_.find(worker.run_id);
  if (run == runs_.end()) return;
  const auto [it, is_new] = run->second.workers.try_emplace(worker.worker, worker);
  run->second.resume_offset = std::max(run->second.resume_offset.value_or(0), worker.offset);
  if (!is_new && worker.offset < it->second.offset) return;
  if (!is_new) it->second = worker;
  run->second.worker_histories[worker.worker].note(worker,
                                                   target_value(worker, run->second.view.target));
}

void ViewerModel::take(const protocol::RoundView& round) {
  const auto run = runs_.find(round.run_id);
  if (run == runs_.end()) return;
  const auto [it, is_new] = run->second.rounds.try_emplace(round.round, round);
  const auto age = [](const protocol::RoundView& r) { return std::tie(r.revision, r.offset); };
  if (!is_new && age(round) >= age(it->second)) it->second = round;
  run->second.resume_offset = std::max(run->second.resume_offset.value_or(0), round.offset);
}

void ViewerModel::take(const protocol::EventView& event) {
  const auto run = runs_.find(event.run_id);
  if (run == runs_.end()) return;
  auto& events = run->second.events;
  const auto after = std::upper_bound(
      events.begin(), events.end(), event.offset,
      [](std::int64_t offset, const protocol::EventView& e) { return offset < e.offset; });
  const auto first = std::lower_bound(
      events.begin(), after, event.offset,
      [](const protocol::EventView& e, std::int64_t offset) { return e.offset < offset; });
  // One stored event may have several lines; the same line twice is a repetition.
  if (std::find(first, after, event) == after) events.insert(after, event);
  if (events.size() > kMaxEvents) events.erase(events.begin());
  run->second.resume_offset = std::max(run->second.resume_offset.value_or(0), event.offset);
}

void ViewerModel::take(const protocol::CommandStatus& command) {
  const auto [it, is_new] = commands_.try_emplace(command.id, command);
  if (!is_new && command.offset >= it->second.offset) it->second = command;
  refusals_.erase(command.id);
}

void ViewerModel::take(const protocol::PoliciesSet& set) { policies_set_[set.id] = set; }

void ViewerModel::take(const protocol::Recomputed& recomputed) {
  recomputed_[recomputed.id] = recomputed;
}

void ViewerModel::take(const protocol::StoreStatus& status) {
  store_trouble_.reset();
  if (status.state == protocol::StoreStatus::State::kUnavailable) store_trouble_ = status;
}

void ViewerModel::take(const protocol::Error& error) {
  if (error.id) {
    refusals_[*error.id] = error;
  } else {
    last_error_ = error;
  }
}

std::vector<const RunRecord*> ViewerModel::runs_in_order() const {
  std::vector<const RunRecord*> ordered;
  for (const auto& [id, record] : runs_) ordered.push_back(&record);
  const auto rank = [](const RunRecord* record) {
    return std::make_tuple(has_ended(record->view.state),
                           -record->view.started_at.time_since_epoch(), record->view.run_id);
  };
  std::sort(ordered.begin(), ordered.end(),
            [&](const RunRecord* a, const RunRecord* b) { return rank(a) < rank(b); });
  return ordered;
}

const RunRecord* ViewerModel::find_run(std::string_view name_or_id) const {
  const auto by_id = runs_.find(std::string(name_or_id));
  if (by_id != runs_.end()) return &by_id->second;
  const RunRecord* latest = nullptr;
  for (const auto& [id, record] : runs_) {
    if (record.view.name != name_or_id) continue;
    if (!latest || record.view.started_at >= latest->view.started_at) latest = &record;
  }
  return latest;
}

const RunRecord* ViewerModel::find_awaited(std::string_view name_or_id, bool wait) const {
  const RunRecord* run = find_run(name_or_id);
  return run && (wait || run->resume_offset) ? run : nullptr;
}

const protocol::CommandStatus* ViewerModel::find_command(const std::string& id) const {
  const auto it = commands_.find(id);
  return it == commands_.end() ? nullptr : &it->second;
}

std::vector<const protocol::CommandStatus*> ViewerModel::commands_of(
    const std::string& run_id) const {
  std::vector<const protocol::CommandStatus*> commands;
  for (const auto& [id, command] : commands_) {
    if (command.run_id == run_id) commands.push_back(&command);
  }
  std::stable_sort(commands.begin(), commands.end(),
                   [](const auto* a, const auto* b) { return a->issued_at < b->issued_at; });
  return commands;
}

const protocol::CommandStatus* ViewerModel::latest_command(const std::string& run_id) const {
  const auto commands = commands_of(run_id);
  return commands.empty() ? nullptr : commands.back();
}

const protocol::PoliciesSet* ViewerModel::find_policies_set(const std::string& id) const {
  const auto it = policies_set_.find(id);
  return it == policies_set_.end() ? nullptr : &it->second;
}

const protocol::Recomputed* ViewerModel::find_recomputed(const std::string& id) const {
  const auto it = recomputed_.find(id);
  return it == recomputed_.end() ? nullptr : &it->second;
}

const protocol::Error* ViewerModel::find_refusal(const std::string& command_id) const {
  const auto it = refusals_.find(command_id);
  return it == refusals_.end() ? nullptr : &it->second;
}

}  // namespace fedwatt::viewer
