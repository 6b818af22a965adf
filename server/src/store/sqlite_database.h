#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/file_lock.h"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's name
class Database;
}

namespace fedwatt::store {

// A file, in WAL mode with synchronous=FULL: each commit is on the disk when it returns.
class SqliteDatabase : public Database {
 public:
  explicit SqliteDatabase(std::filesystem::path path);
  ~SqliteDatabase() override;

  std::string name() const override { return path_.string(); }

  void check_address() const override;
  bool is_connected() const override { return connection_ != nullptr; }
  void connect() override;
  std::span<const Migration> migrations() const override { return kSqliteMigrations; }
  std::size_t schema_version() override;
  void apply(const Migration& migration) override;
  void prepare() override;

  void compact() override;

  void begin() override;
  void commit() override;
  void abandon(StoreError::Kind kind) noexcept override;

  void insert(const NewRows& rows) override;
  void remove_run(const std::string& run_id) override;
  void check_writable() override;

  std::vector<std::string> run_ids() override;
  std::int64_t last_offset(const std::string& run_id) override;
  std::vector<ReportRow> reports_after(const std::string& run_id, std::int64_t offset,
                                       std::int64_t limit) override;
  std::vector<EventRow> events_after(const std::string& run_id, std::int64_t offset,
                                     std::int64_t limit) override;

  StoreError explain(const std::exception& exception) const override;

 private:
  struct Statements;

  const std::filesystem::path path_;
  // In the order they must live in: the statements end before the connection, it before the lock.
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<SQLite::Database> connection_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace fedwatt::store
