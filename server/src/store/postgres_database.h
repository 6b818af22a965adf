#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/postgres_address.h"
#include "store/socket_watchdog.h"

namespace fedwatt::store {

// A PostgreSQL server. An advisory lock of the session keeps other hubs out; and as it is held
// until the server has ended the session, whoever holds it knows that nothing an earlier connection
// sent can still be committed.
class PostgresDatabase : public Database {
 public:
  // No call waits longer than about `answer_limit` for one answer of the server.
  PostgresDatabase(PostgresAddress address, std::chrono::milliseconds answer_limit);
  ~PostgresDatabase() override;

  std::string name() const override { return address_.name(); }

  bool is_connected() const override;
  void connect() override;
  std::span<const Migration> migrations() const override { return kPostgresMigrations; }
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
  struct Session;  // the connection and its transaction

  void lock_out_other_hubs();
  template <class Row>
  void insert_rows(const std::vector<Row>& rows);
  template <class Row>
  std::vector<Row> read_rows(const std::string& run_id, std::int64_t offset, std::int64_t limit);

  const PostgresAddress address_;
  SocketWatchdog watchdog_;
  std::unique_ptr<Session> session_;
  bool was_ours_ = false;  // whether we have ever held the lock
};

}  // namespace fedwatt::store
