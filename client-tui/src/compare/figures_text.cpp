#include "compare/figures_text.h"

#include <fmt/format.h>

#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using protocol::DetailedFigures;
using protocol::RunFigures;

constexpr int kTextWidth = 80;
constexpr int kFigureLabelWidth = 23;
constexpr int kSourceIndent = 11;
constexpr std::size_t kMostRoundsNamed = 12;

std::string components(const protocol::ComponentTotals& energy) {
  std::string text;
  const auto add = [&text](const char* name, std::optional<double> joules) {
    if (joules)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_energy(joules));
  };
  add("CPU", energy.cpu_j);
  add("GPU", energy.gpu_j);
  add("RAM", energy.ram_j);
  add("machine", energy.machine_j);
  return text.empty() ? text : "  (" + text + ")";
}

// What a figure is, in brackets after it; nothing after a figure that is missing.
std::string with_note(const std::string& figure, const std::string& note) {
  return figure == kMissing ? figure : figure + "  (" + note + ")";
}

std::string with_unit(const std::string& figure, const std::string& unit) {
  return figure == kMissing ? figure : figure + unit;
}

std::string in_round(std::optional<std::int64_t> round) {
  return round ? fmt::format(" in round {}", *round) : "";
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f} %", *share * 100) : kMissing;
}

// "rounds 1, 2, 5 and 7 more".
std::string rounds_named(const std::vector<protocol::FrontPoint>& points) {
  std::string text;
  for (std::size_t i = 0; i < points.size() && i < kMostRoundsNamed; ++i) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", points[i].round);
  }
  if (points.size() > kMostRoundsNamed) {
    text += fmt::format(" and {} more", points.size() - kMostRoundsNamed);
  }
  return text.empty() ? kMissing : "rounds " + text;
}

class Lines {
 public:
  void add(const std::string& label, const std::string& text) {
    lines_.push_back(fit(label, kFigureLabelWidth) + text);
  }
  void text(const std::string& text) { lines_.push_back(text); }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void add_totals(Lines& lines, const DetailedFigures& detailed) {
  const RunFigures& run = detailed.figures;
  const std::string mark = sum_mark(run.energy_sources, run.energy_gaps);
  const auto marked = [&mark](const std::string& sum) {
    return sum == kMissing ? sum : mark + sum;
  };
  const std::string gaps = describe_gaps(run.energy_gaps);
  lines.add("best " + printable(run.target.metric),
            format_target(run.best_target_value, run.target) + in_round(run.best_round));
  lines.add("energy", marked(format_energy(run.energy_j)) + components(run.energy_by_component) +
                          (gaps.empty() ? "" : "  " + gaps));
  lines.add("emissions", marked(format_emissions(run.emissions_g)));
  lines.add("after the best round", with_note(format_emissions(run.emissions_after_best_g),
                                              percent(run.emissions_after_best_share) + " of all"));
  lines.add("mean intensity", with_unit(format_intensity(run.intensity_g_per_kwh), " g/kWh"));
  lines.add("time", with_note(format_duration(run.wall_s), "the rounds, one after the other"));
  lines.add("work", with_note(format_duration(run.worker_s), "of all workers, added up"));
  lines.add("mean power", with_note(format_power(run.power_w), "of all workers together"));
  lines.add("energy-delay product", with_unit(format_energy(run.edp_js), "·s"));
  lines.add("energy for an example",
            with_note(format_energy(run.energy_per_example_j),
                      format_emissions(run.emissions_per_example_g) + ", " +
                          format_count(run.num_examples) + " examples in all"));
  const auto& zeus = detailed.zeus;
  if (zeus.max_power_w) {
    lines.add("Zeus cost", with_note(format_energy(run.zeus_cost_j),
                                     fmt::format("η {:g}, {} at most", zeus.eta,
                                                 format_power(zeus.max_power_w))));
  }
}

void add_questions(Lines& lines, const RunFigures& run) {
  if (const auto& to = run.to_target) {
    const std::string label = "until " + format_target(to->target_value, run.target);
    if (to->round) {
      lines.add(label, fmt::format("round {}: {}, {}, {}", *to->round, format_energy(to->energy_j),
                                   format_duration(to->wall_s), format_emissions(to->emissions_g)));
    } else {
      lines.add(label, "not reached");
    }
  }
  if (const auto& within = run.within_emissions) {
    lines.add("within " + format_emissions(within->emissions_g),
              format_target(within->target_value, run.target) + in_round(within->round));
  }
}

void add_equivalents(Lines& lines, const DetailedFigures& detailed) {
  if (detailed.equivalents.empty()) return;
  lines.text("");
  lines.text("As much CO2 as");
  for (const auto& each : detailed.equivalents) {
    lines.text(fmt::format("{} {}, at {} g",
                           fit(format_number(each.count), kSourceIndent - 1, Align::kRight),
                           printable(each.unit), format_number(each.g_per_unit)));
    const std::string source = fmt::format("{} ({})", printable(each.source), each.year);
    for (const auto& line : wrapped(source, kTextWidth - kSourceIndent)) {
      lines.text(fit("", kSourceIndent) + line);
    }
  }
}

}  // namespace

std::vector<std::string> figures_lines(const DetailedFigures& detailed) {
  const RunFigures& run = detailed.figures;
  Lines lines;
  lines.text(fmt::format("{} ({}), {}, {} rounds closed", printable(run.name),
                         printable(run.run_id), label_of(run.state).word, run.rounds_closed));
  add_totals(lines, detailed);
  add_questions(lines, run);
  lines.add("Pareto front", rounds_named(detailed.pareto_front));
  add_equivalents(lines, detailed);
  return lines.take();
}

}  // namespace fedwatt::viewer
