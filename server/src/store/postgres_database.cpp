#include "store/postgres_database.h"

#include <optional>
#include <pqxx/pqxx>

#include "store/failure.h"
#include "store/postgres_rows.h"

namespace fedwatt::store {

namespace {

using Kind = StoreError::Kind;

// Of all advisory locks in a database, this one is ours: "FEDW", and the schema we work in.
constexpr char kTakeLock[] =
    "SELECT pg_advisory_lock(1178944599, hashtext(coalesce(current_schema(), '')))";

// PostgreSQL's messages have several lines; the first says what is wrong.
std::string first_line(std::string_view text) {
  constexpr std::string_view kPrefix = "ERROR:  ";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  return std::string(text.substr(0, text.find('\n')));
}

std::string insert_name(const char* table) { return std::string("insert_") + table; }
std::string select_name(const char* table) { return std::string("select_") + table; }

}  // namespace

struct PostgresDatabase::Session {
  explicit Session(const std::string& address) : connection(address), quiet(connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // By itself libpqxx would make a new connection, and without our lock.
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }

  pqxx::connection connection;
  pqxx::quiet_errorhandler quiet;
  std::optional<pqxx::work> transaction;
};

PostgresDatabase::PostgresDatabase(PostgresAddress address, std::chrono::milliseconds answer_limit)
    : address_(std::move(address)), watchdog_(answer_limit) {}

PostgresDatabase::~PostgresDatabase() { abandon(Kind::kUnavailable); }

bool PostgresDatabase::is_connected() const { return session_ != nullptr; }

void PostgresDatabase::connect() {
  session_ = std::make_unique<Session>(address_.connection());
  watchdog_.watch(session_->connection.sock());
  lock_out_other_hubs();
  was_ours_ = true;
}

void PostgresDatabase::lock_out_other_hubs() {
  const SocketWatchdog::Guard guard(watchdog_);
  try {
    pqxx::nontransaction(session_->connection).exec1(kTakeLock);
  } catch (const pqxx::sql_error& error) {
    if (error.sqlstate() != "55P03") throw;
    if (was_ours_) {
      throw Failure(Kind::kUnavailable,
                    name() +
                        " still holds the lock of this hub's lost connection, or another hub"
                        " has taken over: the server ends a lost connection by itself");
    }
    throw Failure(Kind::kInUse, "another hub works on " + name() +
                                    ": stop it, or give this one a database of its own");
  }
}

std::size_t PostgresDatabase::schema_version() {
  const SocketWatchdog::Guard guard(watchdog_);
  pqxx::work transaction(session_->connection);
  if (transaction.exec1("SELECT to_regclass('schema_migrations')").front().is_null()) return 0;
  return transaction.exec1("SELECT coalesce(max(version), 0) FROM schema_migrations")
      .front()
      .as<std::size_t>();
}

void PostgresDatabase::apply(const Migration& migration) {
  // Unguarded: a migration of much data takes its time.
  pqxx::work transaction(session_->connection);
  transaction.exec0("SET LOCAL statement_timeout = 0");
  transaction.exec(migration.sql);
  transaction.exec_params0(
      "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, now())",
      migration.version, migration.name);
  transaction.commit();
}

void PostgresDatabase::prepare() {
  pqxx::connection& connection = session_->connection;
  connection.prepare(insert_name(RunRow::kTable), postgres_insert<RunRow>());
  connection.prepare(insert_name(ReportRow::kTable), postgres_insert<ReportRow>());
  connection.prepare(insert_name(EventRow::kTable), postgres_insert<EventRow>());
  connection.prepare(select_name(ReportRow::kTable), postgres_select<ReportRow>());
  connection.prepare(select_name(EventRow::kTable), postgres_select<EventRow>());
  connection.prepare("last_offset",
                     "SELECT greatest((SELECT max(event_offset) FROM reports WHERE run_id = $1),"
                     " (SELECT max(event_offset) FROM events WHERE run_id = $1), 0)");
}

void PostgresDatabase::begin() {
  const SocketWatchdog::Guard guard(watchdog_);
  session_->transaction.emplace(session_->connection);
}

void PostgresDatabase::commit() {
  const SocketWatchdog::Guard guard(watchdog_);
  session_->transaction->commit();
  session_->transaction.reset();
}

void PostgresDatabase::abandon(Kind kind) noexcept {
  if (!session_) return;
  const SocketWatchdog::Guard guard(watchdog_);
  session_->transaction.reset();
  if (kind != Kind::kConflict && kind != Kind::kInvalidEvent) session_.reset();
}

template <class Row>
void PostgresDatabase::insert_rows(const std::vector<Row>& rows) {
  if (rows.empty()) return;
  PostgresArrays arrays;
  for (const Row& row : rows) {
    arrays.begin_row();
    for_each_column(row, arrays);
  }
  const std::vector<std::string> literals = arrays.finish();
  const SocketWatchdog::Guard guard(watchdog_);
  session_->transaction->exec_prepared0(insert_name(Row::kTable),
                                        pqxx::prepare::make_dynamic_params(literals));
}

void PostgresDatabase::insert(const NewRows& rows) {
  insert_rows(rows.runs);
  insert_rows(rows.reports);
  insert_rows(rows.events);
}

// Part by part, so that no statement of a long run takes too long.
void PostgresDatabase::remove_run(const std::string& run_id) {
  constexpr std::int64_t kPart = 50'000;
  const auto last = last_offset(run_id);
  for (std::int64_t removed = 0; removed < last; removed += kPart) {
    for (const char* table : {"reports", "events"}) {
      const SocketWatchdog::Guard guard(watchdog_);
      session_->transaction->exec_params0(
          std::string("DELETE FROM ") + table + " WHERE run_id = $1 AND event_offset <= $2", run_id,
          removed + kPart);
    }
  }
  const SocketWatchdog::Guard guard(watchdog_);
  session_->transaction->exec_params0("DELETE FROM runs WHERE run_id = $1", run_id);
}

// Not watched, and without the limit of other statements: it takes what it takes.
void PostgresDatabase::compact() {
  pqxx::nontransaction work(session_->connection);
  work.exec0("SET statement_timeout = 0");
  work.exec0("VACUUM (ANALYZE) runs, reports, events");
  work.exec0("RESET statement_timeout");
}

void PostgresDatabase::check_writable() {
  const SocketWatchdog::Guard guard(watchdog_);
  const auto read_only = session_->transaction->exec1("SHOW transaction_read_only").front();
  if (read_only.as<std::string>() != "off") {
    throw Failure(Kind::kUnavailable,
                  name() + " is read-only, as a standby server is: name the primary");
  }
}

std::vector<std::string> PostgresDatabase::run_ids() {
  const SocketWatchdog::Guard guard(watchdog_);
  std::vector<std::string> ids;
  for (const pqxx::row& row :
       session_->transaction->exec("SELECT run_id FROM runs ORDER BY run_number")) {
    ids.push_back(row.front().as<std::string>());
  }
  return ids;
}

std::int64_t PostgresDatabase::last_offset(const std::string& run_id) {
  const SocketWatchdog::Guard guard(watchdog_);
  return session_->transaction->exec_prepared1("last_offset", run_id).front().as<std::int64_t>();
}

template <class Row>
std::vector<Row> PostgresDatabase::read_rows(const std::string& run_id, std::int64_t offset,
                                             std::int64_t limit) {
  const SocketWatchdog::Guard guard(watchdog_);
  const pqxx::result result =
      session_->transaction->exec_prepared(select_name(Row::kTable), run_id, offset, limit);
  std::vector<Row> rows(result.size());
  for (pqxx::result::size_type i = 0; i < result.size(); ++i) {
    for_each_column(rows[i], PostgresReader(result[i]));
  }
  return rows;
}

std::vector<ReportRow> PostgresDatabase::reports_after(const std::string& run_id,
                                                       std::int64_t offset, std::int64_t limit) {
  return read_rows<ReportRow>(run_id, offset, limit);
}

std::vector<EventRow> PostgresDatabase::events_after(const std::string& run_id, std::int64_t offset,
                                                     std::int64_t limit) {
  return read_rows<EventRow>(run_id, offset, limit);
}

StoreError PostgresDatabase::explain(const std::exception& exception) const {
  const std::string reason = first_line(exception.what());
  const auto* error = dynamic_cast<const pqxx::sql_error*>(&exception);
  const std::string state = error == nullptr ? "" : error->sqlstate();
  if (state == "23505") {  // unique_violation
    return {Kind::kConflict,
            "an event with the same place, or a report with the same worker and"
            " seq, is stored already in " +
                name() + ": " + reason};
  }
  // Bad data, broken constraints, more than an index can hold.
  if (state.starts_with("22") || state.starts_with("23") || state.starts_with("54")) {
    return {Kind::kInvalidEvent, name() + " refuses the event: " + reason};
  }
  if (state == "25006") {  // read_only_sql_transaction
    return {Kind::kUnavailable, name() + " is read-only: let the hub write to it"};
  }
  if (state == "42501" || state == "3F000") {  // insufficient_privilege, no schema to see
    return {Kind::kUnavailable,
            name() + " does not let the hub in: " + reason +
                ": grant its user USAGE and CREATE on the schema, or name another"};
  }
  if (state == "42P07") {  // duplicate_table, which only the first migration can meet
    return {Kind::kBadAddress, name() + " has another program's tables: " + reason +
                                   ": give the hub a database of its own"};
  }
  if (state.starts_with("XX")) {
    return {Kind::kCorrupt, name() + " reports damage: " + reason + ": restore a backup"};
  }
  if (error != nullptr) return {Kind::kUnavailable, name() + " cannot be used: " + reason};
  return {Kind::kUnavailable, name() + " cannot be reached: " + reason};
}

}  // namespace fedwatt::store
