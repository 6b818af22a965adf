#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/time.h"

// Figures as RFC 4180 CSV, in the hub's answers and in the viewer's files. Pure functions: any
// thread, no blocking.

namespace fedwatt::protocol {

// `text` as a field. What a spreadsheet would take for a formula (text from outside that begins
// with = + - @, a tab or a carriage return) gets an apostrophe before it.
std::string csv_field(std::string_view text);

// The shortest text that reads back as the same number, whatever the locale.
std::string csv_field(double value);
std::string csv_field(std::int64_t value);

inline std::string csv_field(Timestamp time) { return format_timestamp(time); }

std::string csv_field(std::same_as<bool> auto value) { return value ? "true" : "false"; }

template <class Name>
requires std::is_enum_v<Name> std::string csv_field(Name value) {
  return std::string(name_of(value));
}

// Null is an empty field.
template <class Value>
std::string csv_field(const std::optional<Value>& value) {
  return value ? csv_field(*value) : std::string();
}

template <class Row>
struct CsvColumn {
  const char* name;
  std::string (*field)(const Row&);
};

// A header line, and a line for each row.
template <class Columns, class Row>
std::string csv_table(const Columns& columns, const std::vector<Row>& rows) {
  std::string csv;
  const auto add_line = [&](const auto& field_of) {
    char before = '\0';
    for (const CsvColumn<Row>& column : columns) {
      if (before != '\0') csv += before;
      csv += field_of(column);
      before = ',';
    }
    csv += "\r\n";
  };
  add_line([](const auto& column) { return std::string(column.name); });
  for (const Row& row : rows) add_line([&](const auto& column) { return column.field(row); });
  return csv;
}

}  // namespace fedwatt::protocol
