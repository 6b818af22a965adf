#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>
#include <vector>

#include "store/rows.h"

// Rows to SQLite and back.

namespace fedwatt::store {

// "INSERT INTO reports (run_id, …) VALUES (?, …)"
template <class Row>
std::string sqlite_insert() {
  std::string columns;
  std::string values;
  Row row;
  for_each_column(row, [&](const char* name, const auto&) {
    columns += columns.empty() ? name : std::string(", ") + name;
    values += values.empty() ? "?" : ", ?";
  });
  return std::string("INSERT INTO ") + Row::kTable + " (" + columns + ") VALUES (" + values + ")";
}

// Rows of one run past an offset; parameters are run_id, offset, limit.
template <class Row>
std::string sqlite_select() {
  std::string columns;
  Row row;
  for_each_column(row, [&](const char* name, const auto&) {
    columns += columns.empty() ? name : std::string(", ") + name;
  });
  return "SELECT " + columns + " FROM " + Row::kTable +
         " WHERE run_id = ? AND event_offset > ? ORDER BY event_offset LIMIT ?";
}

// Binds one column after another. Text is not copied: the row must outlive the execution.
class SqliteBinder {
 public:
  explicit SqliteBinder(SQLite::Statement& statement) : statement_(statement) {}

  template <class T>
  void operator()(const char*, const T& value) {
    ++index_;
    bind(value);
  }

 private:
  void bind(const std::string& value) { statement_.bindNoCopy(index_, value); }
  void bind(const Json& value) { statement_.bindNoCopy(index_, value.text); }
  void bind(std::int64_t value) { statement_.bind(index_, value); }
  void bind(double value) { statement_.bind(index_, value); }
  void bind(bool value) { statement_.bind(index_, value ? 1 : 0); }
  void bind(Timestamp value) { statement_.bind(index_, protocol::format_timestamp(value)); }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      statement_.bind(index_);  // NULL
    }
  }

  SQLite::Statement& statement_;
  int index_ = 0;
};

// Reads one column after another. Throws Failure(kCorrupt).
class SqliteReader {
 public:
  explicit SqliteReader(SQLite::Statement& statement) : statement_(statement) {}

  template <class T>
  void operator()(const char*, T& value) {
    read(value);
    ++index_;
  }

 private:
  void read(std::string& value) { value = statement_.getColumn(index_).getString(); }
  void read(Json& value) { value.text = statement_.getColumn(index_).getString(); }
  void read(std::int64_t& value) { value = statement_.getColumn(index_).getInt64(); }
  void read(double& value) { value = statement_.getColumn(index_).getDouble(); }
  void read(bool& value) { value = statement_.getColumn(index_).getInt() != 0; }
  void read(Timestamp& value);
  template <class T>
  void read(std::optional<T>& value) {
    if (!statement_.isColumnNull(index_)) read(value.emplace());
  }

  SQLite::Statement& statement_;
  int index_ = 0;
};

template <class Row>
void sqlite_insert_rows(SQLite::Statement& insert, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    insert.tryReset();
    for_each_column(row, SqliteBinder(insert));
    insert.exec();
  }
  insert.tryReset();
}

template <class Row>
std::vector<Row> sqlite_read_rows(SQLite::Statement& select, const std::string& run_id,
                                  std::int64_t offset, std::int64_t limit) {
  std::vector<Row> rows;
  select.tryReset();
  select.bind(1, run_id);
  select.bind(2, offset);
  select.bind(3, limit);
  while (select.executeStep()) {
    for_each_column(rows.emplace_back(), SqliteReader(select));
  }
  select.tryReset();
  return rows;
}

}  // namespace fedwatt::store
