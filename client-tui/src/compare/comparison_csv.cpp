#include <array>
#include <charconv>
#include <string_view>

#include "compare/figures_text.h"
#include "fedwatt/protocol/names.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComparedRun;
using protocol::ToTarget;
using protocol::WithinEmissions;

// A name is a peer's text: quoted where commas and quotes need it, and no formula for a
// spreadsheet.
std::string text_of(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@").find(text.front()) != text.npos;
  std::string field = formula ? "'" : "";
  if (text.find_first_of(",\"") == text.npos) return field + text;
  field.insert(0, 1, '"');
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

template <class Number>
std::string text_of(const std::optional<Number>& value) {
  if (!value) return {};
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value).ptr;
  return {buffer.data(), end};
}

struct Column {
  const char* name;
  std::string (*text)(const ComparedRun&);
};

#define FEDWATT_FIGURE(field)                                                 \
  Column {                                                                    \
#field, [](const ComparedRun& run) { return text_of(run.figures.field); } \
  }
#define FEDWATT_TO_TARGET(field)                                        \
  Column {                                                              \
    "to_target_" #field, [](const ComparedRun& run) {                   \
      return text_of(run.figures.to_target.value_or(ToTarget{}).field); \
    }                                                                   \
  }

constexpr auto kColumns = std::to_array<Column>(
    {FEDWATT_FIGURE(run_id),
     FEDWATT_FIGURE(name),
     Column{
         "state",
         [](const ComparedRun& run) { return std::string(protocol::name_of(run.figures.state)); }},
     FEDWATT_FIGURE(best_target_value),
     FEDWATT_FIGURE(best_round),
     FEDWATT_FIGURE(energy_j),
     FEDWATT_FIGURE(emissions_g),
     FEDWATT_FIGURE(intensity_g_per_kwh),
     FEDWATT_FIGURE(wall_s),
     FEDWATT_FIGURE(worker_s),
     FEDWATT_FIGURE(power_w),
     FEDWATT_FIGURE(edp_js),
     FEDWATT_FIGURE(zeus_cost_j),
     FEDWATT_FIGURE(energy_per_example_j),
     FEDWATT_FIGURE(emissions_per_example_g),
     FEDWATT_FIGURE(emissions_after_best_g),
     FEDWATT_TO_TARGET(round),
     FEDWATT_TO_TARGET(energy_j),
     FEDWATT_TO_TARGET(wall_s),
     FEDWATT_TO_TARGET(emissions_g),
     Column{"rank_to_target", [](const ComparedRun& run) { return text_of(run.rank_to_target); }},
     Column{"within_emissions_target_value",
            [](const ComparedRun& run) {
              return text_of(run.figures.within_emissions.value_or(WithinEmissions{}).target_value);
            }},
     Column{"rank_within_emissions",
            [](const ComparedRun& run) { return text_of(run.rank_within_emissions); }},
     Column{"on_pareto_front",
            [](const ComparedRun& run) -> std::string {
              return run.on_pareto_front ? "true" : "false";
            }},
     Column{"emissions_change",
            [](const ComparedRun& run) { return text_of(run.emissions_change); }},
     Column{"target_gain", [](const ComparedRun& run) { return text_of(run.target_gain); }}});
#undef FEDWATT_TO_TARGET
#undef FEDWATT_FIGURE

}  // namespace

std::string comparison_csv(const protocol::Comparison& comparison) {
  std::string csv;
  const auto add_line = [&csv](auto text) {
    for (const auto& column : kColumns) {
      if (&column != kColumns.data()) csv += ',';
      csv += text(column);
    }
    csv += "\r\n";
  };
  add_line([](const Column& column) { return std::string(column.name); });
  for (const auto& run : comparison.runs) {
    add_line([&run](const Column& column) { return column.text(run); });
  }
  return csv;
}

}  // namespace fedwatt::viewer
