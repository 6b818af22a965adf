#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compare/figures_text.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComparedRun;
using protocol::Comparison;
using protocol::RunFigures;

constexpr int kWidth = 80;
constexpr int kRowLabelWidth = 22;
constexpr int kMostColumnWidth = 26;
constexpr std::size_t kMostColumns = 4;
constexpr char kFrontSign[] = "◆";

using Cell = std::function<std::string(const ComparedRun&)>;

struct Row {
  std::string label;
  Cell cell;
};

// What tells the run from the others: its name, or the end of its id where another has that name.
std::string heading(const Comparison& comparison, const RunFigures& run, int width) {
  const auto same_name =
      std::count_if(comparison.runs.begin(), comparison.runs.end(),
                    [&run](const ComparedRun& other) { return other.figures.name == run.name; });
  const std::string& id = run.run_id;
  const auto room = static_cast<std::size_t>(width - 1);
  if (same_name == 1) return printable(run.name);
  return id.size() <= room ? printable(id) : "…" + printable(id.substr(id.size() - room + 1));
}

std::string rank_text(std::optional<std::int64_t> rank) {
  return rank ? fmt::format("#{}", *rank) : kMissing;
}

// Without its sign: "50 %", "3.2 %".
std::string percent_text(double share) {
  const double percent = std::abs(share) * 100;
  return fmt::format("{:.{}f} %", percent, percent < 9.95 ? 1 : 0);
}

// "−50 %", "+3.2 %".
std::string change_text(std::optional<double> change) {
  if (!change) return kMissing;
  if (*change == 0) return "±0 %";
  return (*change < 0 ? "−" : "+") + percent_text(*change);
}

std::string marked(const RunFigures& run, const std::string& sum) {
  return sum == kMissing ? sum : sum_mark(run.energy_sources, run.energy_gaps) + sum;
}

Row about(const std::string& label, std::function<std::string(const RunFigures&)> text) {
  return {label, [text = std::move(text)](const ComparedRun& run) { return text(run.figures); }};
}

void add_totals(const Comparison& comparison, std::vector<Row>& rows) {
  const auto& target = comparison.target;
  rows.push_back(
      about("state", [](const RunFigures& run) { return std::string(label_of(run.state).word); }));
  rows.push_back(about("best " + printable(target.metric), [&target](const RunFigures& run) {
    return format_target(run.best_target_value, target);
  }));
  rows.push_back(about("  in round", [](const RunFigures& run) {
    return format_count(run.best_round) + "/" + format_count(run.rounds_closed);
  }));
  rows.push_back(about(
      "CO2e", [](const RunFigures& run) { return marked(run, format_mass(run.emissions_g)); }));
  rows.push_back(about("  after the best round", [](const RunFigures& run) {
    return format_mass(run.emissions_after_best_g);
  }));
  rows.push_back(about(
      "energy", [](const RunFigures& run) { return marked(run, format_energy(run.energy_j)); }));
  rows.push_back(about("time", [](const RunFigures& run) { return format_duration(run.wall_s); }));
  rows.push_back(about("mean g/kWh", [](const RunFigures& run) {
    return format_intensity(run.intensity_g_per_kwh);
  }));
  if (comparison.zeus.max_power_w) {
    rows.push_back(about(fmt::format("Zeus cost, η {:g}", comparison.zeus.eta),
                         [](const RunFigures& run) { return format_energy(run.zeus_cost_j); }));
  }
}

// Rows about what it took to get to a target value; of a run that was asked about none, nothing.
void add_to_target(const Comparison& comparison, std::vector<Row>& rows) {
  if (!comparison.target_value) return;
  const auto to = [](const RunFigures& run) {
    return run.to_target.value_or(protocol::ToTarget{});
  };
  rows.push_back(about("Until " + format_target(comparison.target_value, comparison.target),
                       [to](const RunFigures& run) {
                         return to(run).round ? fmt::format("round {}", *to(run).round)
                                              : "not reached";
                       }));
  rows.push_back(about("  CO2e", [to](const RunFigures& run) {
    return marked(run, format_mass(to(run).emissions_g));
  }));
  rows.push_back(about("  energy", [to](const RunFigures& run) {
    return marked(run, format_energy(to(run).energy_j));
  }));
  rows.push_back(
      about("  time", [to](const RunFigures& run) { return format_duration(to(run).wall_s); }));
  rows.push_back({"  rank by CO2e", [](const auto& run) { return rank_text(run.rank_to_target); }});
}

void add_within_emissions(const Comparison& comparison, std::vector<Row>& rows) {
  if (!comparison.emissions_g) return;
  const auto& target = comparison.target;
  rows.push_back(
      about("Within " + format_emissions(comparison.emissions_g), [&target](const RunFigures& run) {
        const auto within = run.within_emissions.value_or(protocol::WithinEmissions{});
        return format_target(within.target_value, target);
      }));
  rows.push_back({"  rank", [](const auto& run) { return rank_text(run.rank_within_emissions); }});
}

std::vector<Row> rows_of(const Comparison& comparison) {
  std::vector<Row> rows;
  add_totals(comparison, rows);
  rows.push_back({"Pareto front",
                  [](const auto& run) { return run.on_pareto_front ? kFrontSign : kMissing; }});
  add_to_target(comparison, rows);
  add_within_emissions(comparison, rows);
  rows.push_back({"Against the first", [](const auto&) { return std::string(); }});
  rows.push_back({"  CO2e", [](const auto& run) { return change_text(run.emissions_change); }});
  rows.push_back({"  best " + printable(comparison.target.metric), [&](const auto& run) {
                    return format_gain(run.target_gain, comparison.target);
                  }});
  return rows;
}

// The runs from `first` on, as many as fit beside each other.
void add_table(const Comparison& comparison, std::size_t first, std::vector<std::string>& lines) {
  const auto columns = std::min(kMostColumns, comparison.runs.size() - first);
  const int width =
      std::min(kMostColumnWidth, (kWidth - kRowLabelWidth) / static_cast<int>(columns));
  const auto add_line = [&](const std::string& label, const Cell& cell) {
    std::string line = fit(label, kRowLabelWidth);
    for (std::size_t i = first; i < first + columns; ++i) {
      line += " " + fit(cell(comparison.runs[i]), width - 1, Align::kRight);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  };
  add_line("", [&](const ComparedRun& run) { return heading(comparison, run.figures, width - 1); });
  for (const Row& row : rows_of(comparison)) add_line(row.label, row.cell);
}

// "38 % less than digits".
std::string than(double ratio, const std::string& other) {
  if (ratio == 1) return "as much as " + other;
  return fmt::format("{} {} than {}", percent_text(1 - ratio), ratio < 1 ? "less" : "more", other);
}

// "0.60 points worse".
std::string distance(double gain, const protocol::Target& target) {
  if (gain == 0) return "the same";
  const bool is_accuracy = target.metric == "accuracy";
  const std::string size = is_accuracy ? fmt::format("{:.2f} points", std::abs(gain) * 100)
                                       : format_number(std::abs(gain));
  return size + (gain > 0 ? " better" : " worse");
}

const ComparedRun* with_rank(const Comparison& comparison, std::int64_t rank,
                             const ComparedRun* but_not) {
  for (const auto& run : comparison.runs) {
    if (&run != but_not && run.rank_to_target == rank) return &run;
  }
  return nullptr;
}

}  // namespace

std::string comparison_summary(const Comparison& comparison) {
  const ComparedRun* best = with_rank(comparison, 1, nullptr);
  if (!best) return "No run has both emissions and a value to compare by.";
  const auto name = [&](const ComparedRun& run) {
    return heading(comparison, run.figures, kMostColumnWidth);
  };
  const ComparedRun& first = comparison.runs.front();
  const double least_g = *best->figures.to_target->emissions_g;
  std::string text =
      fmt::format("{} reached {} with the least CO2e, {}", name(*best),
                  format_target(comparison.target_value, comparison.target), format_mass(least_g));
  const ComparedRun* other = best == &first ? with_rank(comparison, 2, best) : &first;
  if (best == &first && !other) other = with_rank(comparison, 1, best);
  const auto others_g =
      other && other->figures.to_target ? other->figures.to_target->emissions_g : std::nullopt;
  if (others_g && *others_g > 0) text += ": " + than(least_g / *others_g, name(*other));
  if (best != &first && best->emissions_change && best->target_gain) {
    text += fmt::format("; in all it emitted {}, and its best {} is {}",
                        than(1 + *best->emissions_change, name(first)),
                        printable(comparison.target.metric),
                        distance(*best->target_gain, comparison.target));
  }
  return text + ".";
}

std::vector<std::string> comparison_lines(const Comparison& comparison) {
  const bool max = comparison.target.goal == protocol::Target::Goal::kMax;
  std::vector<std::string> lines{fmt::format(
      "Judged by {}: {} is better.", printable(comparison.target.metric), max ? "more" : "less")};
  for (std::size_t first = 0; first < comparison.runs.size(); first += kMostColumns) {
    lines.emplace_back();
    add_table(comparison, first, lines);
  }
  lines.emplace_back();
  for (auto& line : wrapped(comparison_summary(comparison), kWidth)) {
    lines.push_back(std::move(line));
  }
  lines.push_back(
      fmt::format("{} no other run has both as little CO2e and as good a best value.", kFrontSign));
  return lines;
}

}  // namespace fedwatt::viewer
