#include "store/sqlite_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "store/failure.h"
#include "store/sqlite_rows.h"

namespace fedwatt::store {

namespace {

using Kind = StoreError::Kind;

constexpr int kBusyTimeoutMs = 5000;  // for readers that hold a lock for a moment

}  // namespace

void SqliteReader::read(Timestamp& value) {
  const std::string text = statement_.getColumn(index_).getString();
  const auto time = protocol::parse_timestamp(text);
  if (!time)
    throw Failure(Kind::kCorrupt, "the database holds '" + text + "' where a time must be");
  value = *time;
}

struct SqliteDatabase::Statements {
  explicit Statements(SQLite::Database& database)
      : insert_run(database, sqlite_insert<RunRow>()),
        insert_report(database, sqlite_insert<ReportRow>()),
        insert_event(database, sqlite_insert<EventRow>()),
        select_reports(database, sqlite_select<ReportRow>()),
        select_events(database, sqlite_select<EventRow>()),
        last_offset(database,
                    "SELECT max(coalesce((SELECT max(event_offset) FROM reports WHERE run_id = ?1),"
                    " 0), coalesce((SELECT max(event_offset) FROM events WHERE run_id = ?1), 0))") {
  }

  SQLite::Statement insert_run;
  SQLite::Statement insert_report;
  SQLite::Statement insert_event;
  SQLite::Statement select_reports;
  SQLite::Statement select_events;
  SQLite::Statement last_offset;
};

SqliteDatabase::SqliteDatabase(std::filesystem::path path) : path_(std::move(path)) {}

SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::check_address() const {
  const std::filesystem::path folder = path_.parent_path();
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Failure(Kind::kUnavailable, "cannot open the database " + path_.string() +
                                          ": the folder " + folder.string() +
                                          " does not exist; create it");
  }
}

void SqliteDatabase::connect() {
  check_address();
  lock_ = std::make_unique<FileLock>(path_);
  connection_ = std::make_unique<SQLite::Database>(
      path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs);
  if (sqlite3_db_readonly(connection_->getHandle(), "main") == 1) {
    throw Failure(Kind::kUnavailable, name() + " is read-only: let the hub write to it");
  }
}

std::size_t SqliteDatabase::schema_version() {
  if (connection_->tableExists("schema_migrations")) {
    const int version =
        connection_->execAndGet("SELECT coalesce(max(version), 0) FROM schema_migrations").getInt();
    return static_cast<std::size_t>(version);
  }
  if (connection_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0) {
    throw Failure(Kind::kBadAddress,
                  name() + " is another program's database: give the hub one of its own");
  }
  return 0;
}

void SqliteDatabase::apply(const Migration& migration) {
  SQLite::Transaction transaction(*connection_, SQLite::TransactionBehavior::IMMEDIATE);
  connection_->exec(migration.sql);
  SQLite::Statement record(*connection_,
                           "INSERT INTO schema_migrations (version, name, applied_at)"
                           " VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))");
  record.bind(1, migration.version);
  record.bind(2, migration.name);
  record.exec();
  transaction.commit();
}

void SqliteDatabase::prepare() {
  const std::string mode = connection_->execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw Failure(Kind::kUnavailable, "SQLite cannot keep a write-ahead log for " + name() +
                                          ": put the database on a local disk");
  }
  connection_->exec("PRAGMA synchronous = FULL");
  connection_->exec("PRAGMA foreign_keys = ON");
  statements_ = std::make_unique<Statements>(*connection_);
}

void SqliteDatabase::compact() {
  connection_->exec("VACUUM");
  connection_->exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

void SqliteDatabase::begin() {
  // SQLite itself would go on writing into a file that has no name any more.
  int moved = 0;
  sqlite3_file_control(connection_->getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved != 0) {
    throw Failure(Kind::kUnavailable,
                  name() + " was deleted or moved while the hub uses it: put it back");
  }
  connection_->exec("BEGIN IMMEDIATE");
}

void SqliteDatabase::commit() { connection_->exec("COMMIT"); }

void SqliteDatabase::abandon(Kind /*kind*/) noexcept {
  if (!statements_) return;
  for (SQLite::Statement* each :
       {&statements_->insert_run, &statements_->insert_report, &statements_->insert_event,
        &statements_->select_reports, &statements_->select_events, &statements_->last_offset}) {
    each->tryReset();
  }
  // SQLite may have rolled back by itself; then this fails, and it does not matter.
  connection_->tryExec("ROLLBACK");
}

void SqliteDatabase::insert(const NewRows& rows) {
  sqlite_insert_rows(statements_->insert_run, rows.runs);
  sqlite_insert_rows(statements_->insert_report, rows.reports);
  sqlite_insert_rows(statements_->insert_event, rows.events);
}

void SqliteDatabase::remove_run(const std::string& run_id) {
  SQLite::Statement remove(*connection_, "DELETE FROM runs WHERE run_id = ?");
  remove.bind(1, run_id);
  remove.exec();
}

void SqliteDatabase::check_writable() {}  // begin() has taken the write lock

std::vector<std::string> SqliteDatabase::run_ids() {
  std::vector<std::string> ids;
  SQLite::Statement select(*connection_, "SELECT run_id FROM runs ORDER BY run_number");
  while (select.executeStep()) ids.push_back(select.getColumn(0).getString());
  return ids;
}

std::int64_t SqliteDatabase::last_offset(const std::string& run_id) {
  SQLite::Statement& select = statements_->last_offset;
  select.tryReset();
  select.bind(1, run_id);
  select.executeStep();
  const std::int64_t offset = select.getColumn(0).getInt64();
  select.tryReset();
  return offset;
}

std::vector<ReportRow> SqliteDatabase::reports_after(const std::string& run_id, std::int64_t offset,
                                                     std::int64_t limit) {
  return sqlite_read_rows<ReportRow>(statements_->select_reports, run_id, offset, limit);
}

std::vector<EventRow> SqliteDatabase::events_after(const std::string& run_id, std::int64_t offset,
                                                   std::int64_t limit) {
  return sqlite_read_rows<EventRow>(statements_->select_events, run_id, offset, limit);
}

StoreError SqliteDatabase::explain(const std::exception& exception) const {
  const std::string reason = exception.what();
  const auto* error = dynamic_cast<const SQLite::Exception*>(&exception);
  switch (error == nullptr ? SQLITE_OK : error->getErrorCode()) {
    case SQLITE_CONSTRAINT: {
      const int detail = error->getExtendedErrorCode();
      if (detail == SQLITE_CONSTRAINT_UNIQUE || detail == SQLITE_CONSTRAINT_PRIMARYKEY) {
        return {Kind::kConflict,
                "an event with the same place, or a report with the same worker"
                " and seq, is stored already in " +
                    name() + ": " + reason};
      }
      return {Kind::kInvalidEvent, name() + " refuses the event: " + reason};
    }
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return {Kind::kInvalidEvent, name() + " refuses the event: " + reason};
    case SQLITE_NOTADB:
      return {Kind::kCorrupt, name() + " is no SQLite database: give the hub another file"};
    case SQLITE_CORRUPT:
      return {Kind::kCorrupt, name() + " is damaged: restore a backup (" + reason + ")"};
    case SQLITE_IOERR:
      if (error->getExtendedErrorCode() != SQLITE_IOERR_WRITE) break;
      return {Kind::kUnavailable, "the disk of " + name() +
                                      " takes no more: make room if a quota is used up, else look"
                                      " after the disk"};
    case SQLITE_FULL:
      return {Kind::kUnavailable, "the disk of " + name() + " is full: make room"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Kind::kUnavailable, name() + " is locked by another program: end that program"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Kind::kUnavailable, name() + " is read-only: let the hub write to it"};
    case SQLITE_CANTOPEN:
      return {Kind::kUnavailable,
              name() + " cannot be opened: choose a file that the hub may read and write"};
    default:
      break;
  }
  return {Kind::kUnavailable, name() + " cannot be used: " + reason};
}

}  // namespace fedwatt::store
