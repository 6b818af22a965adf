#include <array>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/protocol/csv.h"

namespace fedwatt::hub {
namespace {

using protocol::csv_field;
using protocol::RoundView;

using Column = protocol::CsvColumn<RoundView>;

std::string joined(const std::vector<std::string>& words) {
  std::string joined;
  for (const auto& word : words) joined += (joined.empty() ? "" : "+") + word;
  return csv_field(joined);
}

#define FEDWATT_COLUMN(field)                                             \
  Column {                                                                \
#field, [](const RoundView& round) { return csv_field(round.field); } \
  }

#define FEDWATT_JOINED(field)                                          \
  Column {                                                             \
#field, [](const RoundView& round) { return joined(round.field); } \
  }

#define FEDWATT_COMPONENT(field)                                                              \
  Column {                                                                                    \
#field, [](const RoundView& round) { return csv_field(round.energy_by_component.field); } \
  }

constexpr auto kColumns = std::to_array<Column>({FEDWATT_COLUMN(round),
                                                 FEDWATT_COLUMN(revision),
                                                 FEDWATT_COLUMN(closed_by),
                                                 FEDWATT_COLUMN(accuracy),
                                                 FEDWATT_COLUMN(accuracy_source),
                                                 FEDWATT_COLUMN(accuracy_mean),
                                                 FEDWATT_COLUMN(loss),
                                                 FEDWATT_COLUMN(target_value),
                                                 FEDWATT_COLUMN(num_examples),
                                                 FEDWATT_COLUMN(energy_j),
                                                 FEDWATT_JOINED(energy_sources),
                                                 FEDWATT_JOINED(energy_gaps),
                                                 FEDWATT_COLUMN(emissions_g),
                                                 FEDWATT_COLUMN(cumulative_energy_j),
                                                 FEDWATT_COLUMN(cumulative_emissions_g),
                                                 FEDWATT_COLUMN(gain),
                                                 FEDWATT_COLUMN(gain_per_g),
                                                 FEDWATT_COLUMN(g_per_point),
                                                 FEDWATT_COLUMN(carbon_efficiency),
                                                 FEDWATT_COLUMN(on_pareto_front),
                                                 FEDWATT_COLUMN(workers_reported),
                                                 FEDWATT_COLUMN(workers_expected),
                                                 FEDWATT_COLUMN(late_reports),
                                                 FEDWATT_COLUMN(started_at),
                                                 FEDWATT_COLUMN(ended_at),
                                                 FEDWATT_COLUMN(wall_s),
                                                 FEDWATT_COLUMN(worker_s),
                                                 FEDWATT_COLUMN(bytes_sent),
                                                 FEDWATT_COLUMN(bytes_received),
                                                 FEDWATT_COMPONENT(cpu_j),
                                                 FEDWATT_COMPONENT(gpu_j),
                                                 FEDWATT_COMPONENT(ram_j),
                                                 FEDWATT_COMPONENT(machine_j)});
#undef FEDWATT_COMPONENT
#undef FEDWATT_JOINED
#undef FEDWATT_COLUMN

}  // namespace

std::string rounds_csv(const std::vector<RoundView>& rounds) {
  return protocol::csv_table(kColumns, rounds);
}

}  // namespace fedwatt::hub
