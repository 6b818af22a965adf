#pragma once

#include <charconv>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/rows.h"

// Rows to PostgreSQL and back. Many rows go in as one array for each column.

namespace fedwatt::store {

inline const char* postgres_type(const std::string&) { return "text"; }
inline const char* postgres_type(const Json&) { return "json"; }
inline const char* postgres_type(std::int64_t) { return "bigint"; }
inline const char* postgres_type(double) { return "float8"; }
inline const char* postgres_type(bool) { return "boolean"; }
inline const char* postgres_type(Timestamp) { return "bigint"; }  // milliseconds since 1970
template <class T>
const char* postgres_type(const std::optional<T>&) {
  return postgres_type(T{});
}

template <class T>
inline constexpr bool kIsTime = std::is_same_v<std::remove_cvref_t<T>, Timestamp>;

// "INSERT INTO reports (run_id, …) SELECT run_id, … FROM unnest($1::text[], …) AS new (run_id, …)"
// Times go as milliseconds both ways, which take the server a tenth of the time that text does; as
// float8, because its way by numeric is a slow one, and exact for any time that there can be.
template <class Row>
std::string postgres_insert() {
  std::string columns;
  std::string values;
  std::string arrays;
  int count = 0;
  Row row;
  for_each_column(row, [&](const std::string& name, const auto& value) {
    const std::string comma = count == 0 ? "" : ", ";
    columns += comma + name;
    values +=
        comma + (kIsTime<decltype(value)> ? "to_timestamp(" + name + " / 1000::float8)" : name);
    arrays += comma + "$" + std::to_string(++count) + "::" + postgres_type(value) + "[]";
  });
  return std::string("INSERT INTO ") + Row::kTable + " (" + columns + ") SELECT " + values +
         " FROM unnest(" + arrays + ") AS new (" + columns + ")";
}

// Rows of one run past an offset; parameters are run_id, offset, limit.
template <class Row>
std::string postgres_select() {
  std::string columns;
  Row row;
  for_each_column(row, [&](const std::string& name, const auto& value) {
    if (!columns.empty()) columns += ", ";
    columns +=
        kIsTime<decltype(value)> ? "round(date_part('epoch', " + name + ") * 1000)::bigint" : name;
  });
  return "SELECT " + columns + " FROM " + Row::kTable +
         " WHERE run_id = $1 AND event_offset > $2 ORDER BY event_offset LIMIT $3";
}

// Builds one array literal, "{1.5,NULL}", for each column. A row at a time: for_each_column.
class PostgresArrays {
 public:
  void begin_row() { column_ = 0; }

  template <class T>
  void operator()(const char*, const T& value) {
    if (column_ == literals_.size()) literals_.emplace_back();
    std::string& literal = literals_[column_++];
    literal += literal.empty() ? '{' : ',';
    append(literal, value);
  }

  std::vector<std::string> finish() {
    for (std::string& literal : literals_) literal += '}';
    return std::move(literals_);
  }

 private:
  static void append(std::string& literal, std::string_view text);
  static void append(std::string& literal, const std::string& text) {
    append(literal, std::string_view(text));
  }
  static void append(std::string& literal, const Json& value) {
    append(literal, std::string_view(value.text));
  }
  static void append(std::string& literal, std::int64_t value);
  static void append(std::string& literal, double value);
  static void append(std::string& literal, bool value) { literal += value ? 't' : 'f'; }
  static void append(std::string& literal, Timestamp value) {
    append(literal, std::int64_t{value.time_since_epoch().count()});
  }
  template <class T>
  static void append(std::string& literal, const std::optional<T>& value) {
    if (value) {
      append(literal, *value);
    } else {
      literal += "NULL";
    }
  }

  std::vector<std::string> literals_;
  std::size_t column_ = 0;
};

// Reads one column after another. Throws Failure(kCorrupt).
class PostgresReader {
 public:
  explicit PostgresReader(const pqxx::row& row) : row_(row) {}

  template <class T>
  void operator()(const char*, T& value) {
    const pqxx::field field = row_[column_++];
    if (!field.is_null()) read(std::string_view(field.c_str(), field.size()), value);
  }

 private:
  static void read(std::string_view text, std::string& value) { value = text; }
  static void read(std::string_view text, Json& value) { value.text = text; }
  static void read(std::string_view text, bool& value) { value = text == "t"; }
  static void read(std::string_view text, std::int64_t& value) { read_number(text, value); }
  static void read(std::string_view text, double& value) { read_number(text, value); }
  static void read(std::string_view text, Timestamp& value) {
    std::int64_t milliseconds = 0;
    read_number(text, milliseconds);
    value = Timestamp(std::chrono::milliseconds(milliseconds));
  }
  template <class T>
  static void read(std::string_view text, std::optional<T>& value) {
    read(text, value.emplace());
  }

  template <class T>
  static void read_number(std::string_view text, T& value) {
    const char* end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc() || stopped != end) refuse(text);
  }
  [[noreturn]] static void refuse(std::string_view text);

  const pqxx::row& row_;
  pqxx::row::size_type column_ = 0;
};

}  // namespace fedwatt::store
