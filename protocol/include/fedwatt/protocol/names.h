#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "fedwatt/protocol/messages.h"

// The words that the wire (and so the store, the logs and the screens) has for each enumeration.

namespace fedwatt::protocol {

template <class E>
struct Names;  // kAll: every value with its word

#define FEDWATT_NAMES(E, ...)                                                                \
  template <>                                                                                \
  struct Names<E> {                                                                          \
    static constexpr auto kAll = std::to_array<std::pair<E, std::string_view>>(__VA_ARGS__); \
  }

FEDWATT_NAMES(Role, {{Role::kWorker, "worker"}, {Role::kCoordinator, "coordinator"}});
FEDWATT_NAMES(Phase, {{Phase::kInit, "init"},
                      {Phase::kFit, "fit"},
                      {Phase::kEvaluate, "evaluate"},
                      {Phase::kIdle, "idle"},
                      {Phase::kCommunicate, "communicate"}});
FEDWATT_NAMES(Directive,
              {{Directive::kRun, "run"}, {Directive::kPause, "pause"}, {Directive::kStop, "stop"}});
FEDWATT_NAMES(Action,
              {{Action::kPause, "pause"}, {Action::kResume, "resume"}, {Action::kStop, "stop"}});
FEDWATT_NAMES(AppliesAt,
              {{AppliesAt::kWorker, "worker"}, {AppliesAt::kCoordinator, "coordinator"}});
FEDWATT_NAMES(DirectiveState, {{DirectiveState::kRunning, "running"},
                               {DirectiveState::kPaused, "paused"},
                               {DirectiveState::kStopped, "stopped"},
                               {DirectiveState::kInformed, "informed"}});
FEDWATT_NAMES(Target::Goal, {{Target::Goal::kMax, "max"}, {Target::Goal::kMin, "min"}});
FEDWATT_NAMES(Subscribe::Detail,
              {{Subscribe::Detail::kFull, "full"}, {Subscribe::Detail::kSummary, "summary"}});
FEDWATT_NAMES(StoreStatus::State, {{StoreStatus::State::kReady, "ready"},
                                   {StoreStatus::State::kUnavailable, "unavailable"}});
FEDWATT_NAMES(RunState, {{RunState::kRunning, "running"},
                         {RunState::kPausing, "pausing"},
                         {RunState::kPaused, "paused"},
                         {RunState::kStopping, "stopping"},
                         {RunState::kStopped, "stopped"},
                         {RunState::kFinished, "finished"},
                         {RunState::kLost, "lost"}});
FEDWATT_NAMES(WorkerState, {{WorkerState::kOnline, "online"},
                            {WorkerState::kAway, "away"},
                            {WorkerState::kLost, "lost"},
                            {WorkerState::kLeft, "left"}});
FEDWATT_NAMES(AccuracySource, {{AccuracySource::kWorkers, "workers"},
                               {AccuracySource::kCoordinator, "coordinator"}});
FEDWATT_NAMES(ClosedBy, {{ClosedBy::kAllReported, "all_reported"},
                         {ClosedBy::kDeadline, "deadline"},
                         {ClosedBy::kWorkersLost, "workers_lost"},
                         {ClosedBy::kRunEnd, "run_end"}});
FEDWATT_NAMES(CommandOutcome, {{CommandOutcome::kPending, "pending"},
                               {CommandOutcome::kAcknowledged, "acknowledged"},
                               {CommandOutcome::kPartial, "partial"},
                               {CommandOutcome::kSuperseded, "superseded"}});
FEDWATT_NAMES(PolicyKind, {{PolicyKind::kBudget, "budget"},
                           {PolicyKind::kPlateau, "plateau"},
                           {PolicyKind::kIntensity, "intensity"},
                           {PolicyKind::kConfirm, "confirm"},
                           {PolicyKind::kTarget, "target"}});
FEDWATT_NAMES(PolicyAct, {{PolicyAct::kWarn, "warn"},
                          {PolicyAct::kPause, "pause"},
                          {PolicyAct::kStop, "stop"}});
FEDWATT_NAMES(IntensityPolicy::Scope, {{IntensityPolicy::Scope::kRun, "run"},
                                       {IntensityPolicy::Scope::kWorkers, "workers"}});
#undef FEDWATT_NAMES

template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& [each, name] : Names<E>::kAll) {
    if (each == value) return name;
  }
  return {};
}

template <class E>
constexpr std::optional<E> value_of(std::string_view word) {
  for (const auto& [value, name] : Names<E>::kAll) {
    if (name == word) return value;
  }
  return std::nullopt;
}

}  // namespace fedwatt::protocol
