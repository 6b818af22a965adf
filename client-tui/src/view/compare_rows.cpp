#include "view/compare_rows.h"

#include <fmt/format.h>

#include <array>
#include <functional>

#include "text/display_text.h"
#include "text/format.h"
#include "text/trade_off_words.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComparedRun;
using protocol::RunFigures;
using Words = std::function<std::string(const ComparedRun&)>;

std::string marked(const RunFigures& run, const std::string& sum) {
  return sum == kMissing ? sum : sum_mark(run.energy_sources, run.energy_gaps) + sum;
}

std::optional<double> change(std::optional<double> value, std::optional<double> first) {
  if (!value || !first || *first <= 0) return std::nullopt;
  return (*value - *first) / *first;
}

std::string ranked(const std::string& figure, std::optional<std::int64_t> rank) {
  return rank ? fmt::format("{} #{}", figure, *rank) : figure;
}

}  // namespace

PlotSign sign_of_run(std::size_t index) {
  static constexpr std::array<std::string_view, 8> kSigns{"●", "▲", "■", "◇", "○", "▼", "×", "◆"};
  return {kSigns[index % kSigns.size()], Ink::of_series(index), 1};
}

std::vector<ComparedRow> comparison_rows(const protocol::Comparison& comparison,
                                         CompareDetail detail) {
  const bool full = detail == CompareDetail::kFull;
  std::vector<ComparedRow> rows;
  const auto add = [&](const std::string& label, const Words& words) {
    ComparedRow row{label, {}};
    for (const ComparedRun& run : comparison.runs) row.cells.push_back(words(run));
    rows.push_back(std::move(row));
  };
  const auto& target = comparison.target;
  const ComparedRun& first = comparison.runs.front();
  const auto unless_first = [&first](const ComparedRun& run, const std::string& text) {
    return &run == &first ? std::string() : text;
  };
  const std::string metric = clip(printable(target.metric), 10);

  add("best " + metric,
      [&](const ComparedRun& run) { return format_target(run.figures.best_target_value, target); });
  add("  gain", [&](const ComparedRun& run) {
    return unless_first(run, format_gain(run.target_gain, target));
  });
  add("CO2e in all", [](const ComparedRun& run) {
    return marked(run.figures, format_mass(run.figures.emissions_g));
  });
  add("  change", [&](const ComparedRun& run) {
    return unless_first(run, format_change(run.emissions_change));
  });
  if (comparison.target_value) {
    const auto spent = [](const ComparedRun& run) { return run.figures.to_target->emissions_g; };
    add("CO2e to " + format_target(comparison.target_value, target), [&](const ComparedRun& run) {
      return ranked(marked(run.figures, format_mass(spent(run))), run.rank_to_target);
    });
    add("  change", [&](const ComparedRun& run) {
      return unless_first(run, format_change(change(spent(run), spent(first))));
    });
    if (full)
      add("  in round",
          [](const ComparedRun& run) { return format_count(run.figures.to_target->round); });
    if (full)
      add("  time",
          [](const ComparedRun& run) { return format_duration(run.figures.to_target->wall_s); });
  }
  if (comparison.emissions_g) {
    const auto got = [](const ComparedRun& run) {
      return run.figures.within_emissions->target_value;
    };
    add("within " + format_mass(comparison.emissions_g), [&](const ComparedRun& run) {
      return ranked(format_target(got(run), target), run.rank_within_emissions);
    });
    add("  gain", [&](const ComparedRun& run) {
      if (!got(run) || !got(first)) return unless_first(run, kMissing);
      const double more = *got(run) - *got(first);
      const bool max = target.goal == protocol::Target::Goal::kMax;
      return unless_first(run, format_gain(max ? more : -more, target));
    });
  }
  if (full)
    add("energy in all", [](const ComparedRun& run) {
      return marked(run.figures, format_energy(run.figures.energy_j));
    });
  return rows;
}

}  // namespace fedwatt::viewer
