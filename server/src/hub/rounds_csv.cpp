#include <array>
#include <charconv>

#include "csv_text.h"
#include "fedwatt/hub/http_api.h"
#include "fedwatt/protocol/names.h"

namespace fedwatt::hub {
namespace {

using protocol::RoundView;

template <class Number>
std::string text_of(Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string text_of(protocol::Timestamp time) { return protocol::format_timestamp(time); }
std::string text_of(protocol::ClosedBy by) { return std::string(protocol::name_of(by)); }
std::string text_of(protocol::AccuracySource by) { return std::string(protocol::name_of(by)); }

template <class Value>
std::string text_of(const std::optional<Value>& value) {
  return value ? text_of(*value) : std::string();
}

std::string text_of(const std::vector<std::string>& words) {
  std::string joined;
  for (const auto& word : words) joined += (joined.empty() ? "" : "+") + word;
  return csv_text(joined);
}

struct Column {
  const char* name;
  std::string (*text)(const RoundView&);
};

#define FEDWATT_COLUMN(field)                                           \
  Column {                                                              \
#field, [](const RoundView& round) { return text_of(round.field); } \
  }

#define FEDWATT_COMPONENT(field)                                                            \
  Column {                                                                                  \
#field, [](const RoundView& round) { return text_of(round.energy_by_component.field); } \
  }

constexpr auto kColumns =
    std::to_array<Column>({FEDWATT_COLUMN(round),
                           FEDWATT_COLUMN(revision),
                           FEDWATT_COLUMN(closed_by),
                           FEDWATT_COLUMN(accuracy),
                           FEDWATT_COLUMN(accuracy_source),
                           FEDWATT_COLUMN(accuracy_mean),
                           FEDWATT_COLUMN(loss),
                           FEDWATT_COLUMN(target_value),
                           FEDWATT_COLUMN(num_examples),
                           FEDWATT_COLUMN(energy_j),
                           FEDWATT_COLUMN(energy_sources),
                           FEDWATT_COLUMN(energy_gaps),
                           FEDWATT_COLUMN(emissions_g),
                           FEDWATT_COLUMN(cumulative_energy_j),
                           FEDWATT_COLUMN(cumulative_emissions_g),
                           FEDWATT_COLUMN(gain),
                           FEDWATT_COLUMN(gain_per_g),
                           FEDWATT_COLUMN(g_per_point),
                           FEDWATT_COLUMN(carbon_efficiency),
                           Column{"on_pareto_front",
                                  [](const RoundView& round) -> std::string {
                                    return round.on_pareto_front ? "true" : "false";
                                  }},
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
#undef FEDWATT_COLUMN

}  // namespace

std::string rounds_csv(const std::vector<RoundView>& rounds) {
  std::string csv;
  const auto add_line = [&csv](auto text) {
    for (const auto& column : kColumns) {
      if (&column != kColumns.data()) csv += ',';
      csv += text(column);
    }
    csv += "\r\n";
  };
  add_line([](const Column& column) { return std::string(column.name); });
  for (const auto& round : rounds) {
    add_line([&round](const Column& column) { return column.text(round); });
  }
  return csv;
}

}  // namespace fedwatt::hub
