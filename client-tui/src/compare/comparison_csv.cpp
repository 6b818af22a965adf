#include <array>

#include "compare/figures_text.h"
#include "fedwatt/protocol/csv.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComparedRun;
using protocol::csv_field;
using protocol::ToTarget;
using protocol::WithinEmissions;

using Column = protocol::CsvColumn<ComparedRun>;

#define FEDWATT_FIGURE(field)                                                   \
  Column {                                                                      \
#field, [](const ComparedRun& run) { return csv_field(run.figures.field); } \
  }
#define FEDWATT_TO_TARGET(field)                                          \
  Column {                                                                \
    "to_target_" #field, [](const ComparedRun& run) {                     \
      return csv_field(run.figures.to_target.value_or(ToTarget{}).field); \
    }                                                                     \
  }

constexpr auto kColumns = std::to_array<Column>(
    {FEDWATT_FIGURE(run_id),
     FEDWATT_FIGURE(name),
     FEDWATT_FIGURE(state),
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
     Column{"rank_to_target", [](const ComparedRun& run) { return csv_field(run.rank_to_target); }},
     Column{"within_emissions_target_value",
            [](const ComparedRun& run) {
              return csv_field(
                  run.figures.within_emissions.value_or(WithinEmissions{}).target_value);
            }},
     Column{"rank_within_emissions",
            [](const ComparedRun& run) { return csv_field(run.rank_within_emissions); }},
     Column{"on_pareto_front",
            [](const ComparedRun& run) { return csv_field(run.on_pareto_front); }},
     Column{"emissions_change",
            [](const ComparedRun& run) { return csv_field(run.emissions_change); }},
     Column{"target_gain", [](const ComparedRun& run) { return csv_field(run.target_gain); }}});
#undef FEDWATT_TO_TARGET
#undef FEDWATT_FIGURE

}  // namespace

std::string comparison_csv(const protocol::Comparison& comparison) {
  return protocol::csv_table(kColumns, comparison.runs);
}

}  // namespace fedwatt::viewer
