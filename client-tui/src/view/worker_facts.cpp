#include "view/worker_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ftxui/dom/elements.hpp>
#include <map>

#include "text/display_text.h"
#include "text/format.h"
#include "text/worker_words.h"

namespace fedwatt::viewer {
namespace {

std::string said(const std::string& text) { return text.empty() ? kMissing : printable(text); }

bool is_online(const protocol::WorkerView& worker) {
  return worker.state == protocol::WorkerState::kOnline;
}

std::string with_mark(const protocol::WorkerView& worker, bool is_known, const std::string& text) {
  return is_known ? fmt::format("{}{}", estimate_mark(worker.energy_source), text) : text;
}

// "fit 30, evaluate 8": of the reports that the viewer has seen.
std::string phases_of(const RunRecord& run, const std::string& worker) {
  const auto history = run.worker_histories.find(worker);
  if (history == run.worker_histories.end()) return kMissing;
  std::map<protocol::Phase, int> counts;
  for (const WorkerSample& sample : history->second.samples()) {
    if (sample.phase && sample.state == protocol::WorkerState::kOnline) ++counts[*sample.phase];
  }
  std::string text;
  for (const auto& [phase, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word_of(phase), count);
  }
  return text.empty() ? kMissing : text;
}

std::string round_of(const protocol::WorkerView& worker) {
  const std::string round = format_count(worker.round);
  return worker.phase ? fmt::format("{}, {}", round, word_of(*worker.phase)) : round;
}

// "loss 0.351, f1 0.802": what it reported beside the target metric; empty if nothing.
std::string other_metrics_of(const protocol::WorkerView& worker, const protocol::Target& target) {
  auto metrics = worker.metrics;
  if (worker.loss) metrics["loss"] = *worker.loss;
  if (worker.accuracy) metrics["accuracy"] = *worker.accuracy;
  metrics.erase(target.metric);
  std::string text;
  for (const auto& [name, value] : metrics) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(name), format_number(value));
  }
  return text;
}

std::string last_report_of(const ViewContext& context, const protocol::WorkerView& worker) {
  if (!worker.last_report_at) return kMissing;
  const auto hub_now = context.model.hub_time(context.now);
  std::string text = fmt::format(
      "{} ago, {} UTC", format_age(protocol::seconds_between(*worker.last_report_at, hub_now)),
      format_clock(*worker.last_report_at));
  return worker.stale ? text + ", longer than usual" : text;
}

Tone tone_of_directive(const protocol::WorkerView& worker) {
  return worker.directive_state ? Tone::kPlain : Tone::kWarning;
}

}  // namespace

Facts facts_of_place(const protocol::WorkerView& worker, const RunRecord& run) {
  const auto& hardware = worker.hardware;
  return {{"role", std::string(word_of(worker.role))},
          {"region", said(worker.region)},
          {"framework", said(worker.framework)},
          {"CPU", said(hardware.cpu)},
          {"GPU", describe_gpus(hardware)},
          {"RAM", format_bytes(hardware.ram_bytes)},
          {"PUE", describe_pue(worker, run.view.carbon)},
          {"clock", describe_clock(worker)}};
}

Facts facts_of_work(const ViewContext& context, const protocol::WorkerView& worker,
                    const RunRecord& run) {
  const auto& target = run.view.target;
  Facts facts{{"directive", describe_directive(worker), tone_of_directive(worker)}};
  const auto* command = context.model.latest_command(run.view.run_id);
  const std::string part = command ? describe_part_in(*command, worker.worker) : "";
  facts.push_back({"command", part.empty() ? kMissing : part});
  facts.push_back({"round", round_of(worker)});
  facts.push_back({printable(target.metric), format_target(target_value(worker, target), target),
                   Tone::kStrong});
  facts.push_back({"phases", phases_of(run, worker.worker)});
  facts.push_back({"reports", describe_reports(worker),
                   worker.reports_missing > 0 ? Tone::kBad : Tone::kPlain});
  facts.push_back(
      {"stored", worker.last_seq > 0 ? fmt::format("up to number {}", worker.last_seq) : kMissing});
  facts.push_back(
      {"last", last_report_of(context, worker), worker.stale ? Tone::kWarning : Tone::kPlain});
  const std::string others = other_metrics_of(worker, target);
  if (!others.empty()) facts.push_back({"besides", others});
  return facts;
}

Facts facts_of_energy(const protocol::WorkerView& worker, const RunRecord&) {
  const auto power_w = is_online(worker) ? worker.power_w : std::nullopt;
  const auto& sources = worker.energy_source;
  const std::string grid =
      worker.intensity_g_per_kwh
          ? fmt::format("{} g/kWh, {}", format_intensity(worker.intensity_g_per_kwh),
                        said(worker.intensity_source))
          : kMissing;
  Facts facts{
      {"power", with_mark(worker, power_w.has_value(), format_power(power_w)), Tone::kStrong},
      {"energy", with_mark(worker, worker.energy_j.has_value(), format_energy(worker.energy_j)),
       Tone::kStrong},
      {"emissions", format_emissions(worker.emissions_g), Tone::kStrong},
      {"intensity", grid}};
  if (!sources.machine.empty()) facts.push_back({"machine", describe_source(sources.machine)});
  facts.push_back({"CPU", describe_source(sources.cpu)});
  facts.push_back({"GPU", describe_source(sources.gpu)});
  facts.push_back({"RAM", describe_source(sources.ram)});
  return facts;
}

ftxui::Element fact_lines(const Style& style, const Facts& facts, Size size) {
  constexpr int kNameWidth = 11;
  ftxui::Elements lines;
  for (const Fact& fact : facts) {
    if (static_cast<int>(lines.size()) >= size.height) break;
    lines.push_back(ftxui::hbox(
        {style.text(fit(clip(fact.name, kNameWidth - 1), kNameWidth), Tone::kQuiet),
         style.text(fit(fact.value, std::max(0, size.width - kNameWidth)), fact.tone)}));
  }
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
