#include "view/worker_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "text/display_text.h"
#include "text/format.h"
#include "view/sparkline.h"
#include "view/table.h"

namespace fedwatt::viewer {
namespace {

using Samples = std::vector<WorkerSample>;
constexpr std::size_t kColumns = 8;  // of the reports

using Values = std::vector<std::optional<double>>;

const Samples& samples_of(const RunRecord& run, const protocol::WorkerView& worker) {
  static const Samples kNone;
  const auto history = run.worker_histories.find(worker.worker);
  return history == run.worker_histories.end() ? kNone : history->second.samples();
}

std::optional<double> as_double(std::optional<float> value) {
  return value ? std::optional<double>(*value) : std::nullopt;
}

std::optional<double> difference(std::optional<double> now, std::optional<double> before) {
  return now && before ? std::optional(*now - *before) : std::nullopt;
}

// Each report's share of a total; not known of the first one, and none is due while it was away.
Values steps_of(const Samples& samples, std::optional<double> WorkerSample::*total) {
  Values steps;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool reported = i > 0 && samples[i].state == protocol::WorkerState::kOnline;
    steps.push_back(reported ? difference(samples[i].*total, samples[i - 1].*total) : std::nullopt);
  }
  return steps;
}

// "8.55 W to 12.4 W", or "always 8.55 W", of the last `count` values; "" if none is known.
template <class Format>
std::string range_of(const Values& values, int count, Format format) {
  std::optional<double> low;
  std::optional<double> high;
  const auto shown = std::min(values.size(), static_cast<std::size_t>(std::max(0, count)));
  for (auto it = values.end() - static_cast<std::ptrdiff_t>(shown); it != values.end(); ++it) {
    if (!*it) continue;
    low = std::min(low.value_or(**it), **it);
    high = std::max(high.value_or(**it), **it);
  }
  if (!low) return "";
  const std::string from = format(low);
  const std::string to = format(high);
  return from == to ? "always " + from : fmt::format("{} to {}", from, to);
}

Row row_of(const Samples& samples, std::size_t index, const protocol::Target& target) {
  const WorkerSample& sample = samples[index];
  const bool online = sample.state == protocol::WorkerState::kOnline;
  if (!online) {  // since when is not known
    protocol::WorkerView gone;
    gone.state = sample.state;
    const Label label = label_of(gone);
    Row row(kColumns);
    row[1] = {fmt::format("{} {}", label.sign, label.word), label.tone};
    return row;
  }
  const WorkerSample* before = index > 0 ? &samples[index - 1] : nullptr;
  const auto since = [&](std::optional<double> WorkerSample::*total) {
    return before ? difference(sample.*total, before->*total) : std::nullopt;
  };
  return {{format_clock(sample.at), Tone::kQuiet},
          {sample.phase ? std::string(word_of(*sample.phase)) : kMissing},
          {format_count(sample.round)},
          {format_target(as_double(sample.target_value), target)},
          {format_power(as_double(sample.power_w))},
          {format_energy(since(&WorkerSample::energy_j))},
          {format_mass(since(&WorkerSample::emissions_g))},
          {format_intensity(as_double(sample.intensity_g_per_kwh))}};
}

}  // namespace

ftxui::Element worker_past(const Style& style, const RunRecord& run,
                           const protocol::WorkerView& worker, Size size) {
  constexpr int kNameWidth = 11;
  constexpr int kRangeWidth = 24;
  const Samples& samples = samples_of(run, worker);
  const auto& target = run.view.target;
  const int cells =
      std::clamp(size.width - kNameWidth - kRangeWidth - 2, 0, static_cast<int>(kMaxSamples));
  ftxui::Elements lines;
  const auto add = [&](const std::string& name, const Values& values, const auto& format) {
    if (static_cast<int>(lines.size()) >= size.height) return;
    lines.push_back(ftxui::hbox(
        {style.text(fit(clip(name, kNameWidth - 1), kNameWidth), Tone::kQuiet),
         style.text(sparkline(values, cells), Tone::kAccent),
         style.text("  " + clip(range_of(values, cells, format), kRangeWidth), Tone::kQuiet)}));
  };
  add("power", figures_of(samples, &WorkerSample::power_w),
      [](std::optional<double> watts) { return format_power(watts); });
  add(printable(target.metric), figures_of(samples, &WorkerSample::target_value),
      [&](std::optional<double> value) { return format_target(value, target); });
  add("intensity", figures_of(samples, &WorkerSample::intensity_g_per_kwh),
      [](std::optional<double> value) { return format_intensity(value) + " g/kWh"; });
  add("CO2e each", steps_of(samples, &WorkerSample::emissions_g),
      [](std::optional<double> grams) { return format_mass(grams); });
  return ftxui::vbox(std::move(lines));
}

ftxui::Element reports_table(const Style& style, const RunRecord& run,
                             const protocol::WorkerView& worker, Size size) {
  const Samples& samples = samples_of(run, worker);
  const std::vector<Column> columns{{"time", 8, Align::kLeft},
                                    {"phase", 11, Align::kLeft},
                                    {"round", 5},
                                    {printable(run.view.target.metric), 8},
                                    {"power", 7},
                                    {"energy", 7},
                                    {"CO2e", 7, Align::kRight, 1},
                                    {"g/kWh", 5, Align::kRight, 2}};
  TableRows rows;
  rows.count = static_cast<int>(samples.size());
  rows.row_of = [&](int index) {
    const std::size_t newest = samples.size() - 1;
    return row_of(samples, newest - static_cast<std::size_t>(index), run.view.target);
  };
  return table(style, columns, rows, size);
}

}  // namespace fedwatt::viewer
