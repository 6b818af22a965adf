#include "text/worker_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fedwatt/protocol/names.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using protocol::Directive;
using protocol::DirectiveState;

bool does_it(Directive directive, DirectiveState state) {
  switch (directive) {
    case Directive::kRun:
      return state == DirectiveState::kRunning;
    case Directive::kPause:
      return state == DirectiveState::kPaused;
    case Directive::kStop:
      return state == DirectiveState::kStopped;
  }
  return false;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string describe_directive(const protocol::WorkerView& worker) {
  const auto order = protocol::name_of(worker.directive);
  if (!worker.directive_state) {
    // Every run begins with that order, which nobody gave.
    const bool ordered = worker.directive != protocol::Directive::kRun;
    return ordered ? fmt::format("{}, not acknowledged", order) : std::string(order);
  }
  const DirectiveState state = *worker.directive_state;
  if (state == DirectiveState::kInformed) {
    return fmt::format("{}, informed: its coordinator acts on it", order);
  }
  const auto does = protocol::name_of(state);
  if (does_it(worker.directive, state)) return fmt::format("{}, acknowledged: {}", order, does);
  return fmt::format("{}, still {}", order, does);
}

std::string describe_source(const std::string& energy_source) {
  if (energy_source.empty()) return kMissing;
  return fmt::format("{}, {}", printable(energy_source),
                     is_estimate(energy_source) ? "estimated" : "measured");
}

std::string describe_clock(const protocol::WorkerView& worker) {
  constexpr double kResolutionS = 0.0005;
  if (!worker.clock_offset_s) return kMissing;
  const double offset_s = *worker.clock_offset_s;
  if (std::abs(offset_s) < kResolutionS) return "exact";
  return fmt::format("{} {} the hub's", format_duration(std::abs(offset_s)),
                     offset_s > 0 ? "behind" : "ahead of");
}

std::string describe_pue(const protocol::WorkerView& worker, const protocol::CarbonSettings& with) {
  if (worker.pue) return format_pue(*worker.pue);
  return format_pue(with.default_pue) + ", the run's";
}

std::string describe_gpus(const protocol::Hardware& hardware) {
  if (hardware.gpu.empty()) return kMissing;
  std::string text;
  for (const auto& gpu : hardware.gpu) text += (text.empty() ? "" : ", ") + printable(gpu);
  return text;
}

std::string describe_reports(const protocol::WorkerView& worker) {
  std::string text = fmt::format("{} received", worker.reports);
  if (worker.reports_missing > 0) text += fmt::format(", {} lost", worker.reports_missing);
  return text;
}

std::string describe_part_in(const protocol::CommandStatus& command, const std::string& worker) {
  const char* part = contains(command.acknowledged, worker) ? "acknowledged"
                     : contains(command.pending, worker)    ? "awaited"
                     : contains(command.offline, worker)    ? "offline"
                                                            : nullptr;
  if (!part) return "";
  return fmt::format("{}: {} by {}", part, word_of(command.action), printable(command.issued_by));
}

}  // namespace fedwatt::viewer
