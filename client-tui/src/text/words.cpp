#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

std::vector<std::string> list_of(const protocol::EnergySources& sources) {
  std::vector<std::string> list;
  for (const std::string& source : {sources.cpu, sources.gpu, sources.ram, sources.machine}) {
    const bool known = std::find(list.begin(), list.end(), source) != list.end();
    if (!source.empty() && !known) list.push_back(source);
  }
  return list;
}

}  // namespace

Label label_of(protocol::RunState state) {
  switch (state) {
    case protocol::RunState::kRunning:
      return {"●", "running", Tone::kGood};
    case protocol::RunState::kPausing:
      return {"◐", "pausing", Tone::kWarning};
    case protocol::RunState::kPaused:
      return {"‖", "paused", Tone::kWarning};
    case protocol::RunState::kStopping:
      return {"◧", "stopping", Tone::kBad};
    case protocol::RunState::kStopped:
      return {"■", "stopped", Tone::kBad};
    case protocol::RunState::kFinished:
      return {"✓", "finished", Tone::kAccent};
    case protocol::RunState::kLost:
      return {"✗", "lost", Tone::kBad};
  }
  return {"?", "unknown", Tone::kQuiet};
}

Label label_of(const protocol::WorkerView& worker) {
  switch (worker.state) {
    case protocol::WorkerState::kAway:
      return {"○", "away", Tone::kWarning};
    case protocol::WorkerState::kLost:
      return {"✗", "lost", Tone::kBad};
    case protocol::WorkerState::kLeft:
      return {"·", "left", Tone::kQuiet};
    case protocol::WorkerState::kOnline:
      break;
  }
  switch (worker.directive_state.value_or(protocol::DirectiveState::kRunning)) {
    case protocol::DirectiveState::kPaused:
      return {"‖", "paused", Tone::kWarning};
    case protocol::DirectiveState::kStopped:
      return {"■", "stopped", Tone::kBad};
    case protocol::DirectiveState::kInformed:
      if (worker.directive == protocol::Directive::kRun) break;
      return {"◐", "informed", Tone::kWarning};
    case protocol::DirectiveState::kRunning:
      break;
  }
  if (worker.stale) return {"◌", "stale", Tone::kWarning};
  return {"●", "online", Tone::kGood};
}

std::string_view word_of(protocol::Phase phase) {
  switch (phase) {
    case protocol::Phase::kInit:
      return "init";
    case protocol::Phase::kFit:
      return "fit";
    case protocol::Phase::kEvaluate:
      return "evaluate";
    case protocol::Phase::kIdle:
      return "idle";
    case protocol::Phase::kCommunicate:
      return "communicate";
  }
  return "?";
}

std::string_view word_of(protocol::ClosedBy closed_by) {
  switch (closed_by) {
    case protocol::ClosedBy::kAllReported:
      return "all";
    case protocol::ClosedBy::kDeadline:
      return "deadline";
    case protocol::ClosedBy::kWorkersLost:
      return "lost";
    case protocol::ClosedBy::kRunEnd:
      return "run end";
  }
  return "?";
}

std::string_view word_of(protocol::Action action) {
  switch (action) {
    case protocol::Action::kPause:
      return "pause";
    case protocol::Action::kResume:
      return "resume";
    case protocol::Action::kStop:
      return "stop";
  }
  return "?";
}

std::string_view word_of(protocol::Role role) {
  return role == protocol::Role::kCoordinator ? "coordinator" : "worker";
}

bool has_ended(protocol::RunState state) {
  return state == protocol::RunState::kFinished || state == protocol::RunState::kStopped;
}

bool is_estimate(std::string_view energy_source) {
  constexpr std::array<std::string_view, 4> kMeasured{"rapl", "nvml", "amdgpu", "external"};
  constexpr std::string_view kNamed = "external:";  // a meter of the client's own, by its name
  if (energy_source.substr(0, kNamed.size()) == kNamed) return false;
  return std::find(kMeasured.begin(), kMeasured.end(), energy_source) == kMeasured.end();
}

std::string describe_sources(const std::vector<std::string>& sources) {
  std::string text;
  for (const std::string& source : sources) {
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", is_estimate(source) ? "~" : "",
                        printable(source));
  }
  return text;
}

std::string describe_sources(const protocol::EnergySources& sources) {
  return describe_sources(list_of(sources));
}

std::string describe_settings(const protocol::CarbonSettings& settings) {
  return fmt::format("PUE {} · network {:.3g} kWh/GB at {:.3g} g/kWh",
                     format_pue(settings.default_pue), settings.network_kwh_per_gb,
                     settings.network_intensity_g_per_kwh);
}

std::string describe_edition(const std::optional<protocol::Edition>& edition) {
  if (!edition) return {};
  return fmt::format("recomputed with {} from {} by {}", printable(edition->intensity),
                     printable(edition->of_run_id), printable(edition->made_by));
}

std::string describe_store(const std::optional<protocol::StoreStatus>& trouble) {
  if (!trouble) return "The hub can store what comes again";
  return "The hub cannot store anything new: " + printable(trouble->message);
}

std::string_view estimate_mark(const std::vector<std::string>& sources) {
  return std::any_of(sources.begin(), sources.end(), is_estimate) ? "~" : "";
}

std::string_view estimate_mark(const protocol::EnergySources& sources) {
  return estimate_mark(list_of(sources));
}

std::string sum_mark(const std::vector<std::string>& sources,
                     const std::vector<std::string>& gaps) {
  return fmt::format("{}{}", gaps.empty() ? "" : "≥", estimate_mark(sources));
}

std::string describe_gaps(const std::vector<std::string>& components) {
  if (components.empty()) return "";
  std::string text;
  for (std::size_t i = 0; i < components.size(); ++i) {
    std::string name = printable(components[i]);
    if (name == "cpu" || name == "gpu" || name == "ram") {
      for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    const std::string_view joint = i == 0 ? "" : i + 1 == components.size() ? " and " : ", ";
    text += fmt::format("{}{}", joint, name);
  }
  return text + " not measured";
}

std::string names_in_line(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

}  // namespace fedwatt::viewer
