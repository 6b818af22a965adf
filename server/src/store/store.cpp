#include "fedwatt/store/store.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "store/failure.h"
#include "store/postgres_database.h"
#include "store/sql_store.h"
#include "store/sqlite_database.h"

namespace fedwatt::store {

namespace {

// Long enough for a busy server to commit, short enough that a dead one is noticed.
constexpr std::chrono::seconds kAnswerLimit{10};

std::unique_ptr<Database> sqlite_database(std::string_view path) {
  const bool is_url = path.starts_with("//") && !path.starts_with("///");
  if (path.empty() || is_url || path.find('\0') != path.npos) {
    throw Failure(StoreError::Kind::kBadAddress,
                  "sqlite:" + std::string(path) + " names no file: write sqlite:PATH");
  }
  // One file has one lock, however it is written.
  const auto file = std::filesystem::weakly_canonical(std::filesystem::absolute(path));
  return std::make_unique<SqliteDatabase>(file);
}

std::unique_ptr<Database> database_at(std::string_view address) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (address.starts_with(kSqlite)) return sqlite_database(address.substr(kSqlite.size()));
  if (address.starts_with("postgresql://") || address.starts_with("postgres://")) {
    return std::make_unique<PostgresDatabase>(PostgresAddress(std::string(address)), kAnswerLimit);
  }
  // What stands before an @ may be a password.
  const bool secret = address.find('@') != address.npos;
  throw Failure(StoreError::Kind::kBadAddress,
                "the database address " + (secret ? "" : std::string(address) + " ") +
                    "is none that the hub knows: write sqlite:PATH or"
                    " postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
}

}  // namespace

tl::expected<std::unique_ptr<Store>, StoreError> open_store(std::string_view address) {
  try {
    return SqlStore::open(database_at(address));
  } catch (const Failure& failure) {
    return tl::unexpected(StoreError{failure.kind(), failure.what()});
  } catch (const std::exception& exception) {
    return tl::unexpected(StoreError{StoreError::Kind::kUnavailable, exception.what()});
  }
}

tl::expected<void, StoreError> check_address(std::string_view address) {
  try {
    database_at(address)->check_address();
    return {};
  } catch (const Failure& failure) {
    return tl::unexpected(StoreError{failure.kind(), failure.what()});
  } catch (const std::exception& exception) {
    return tl::unexpected(StoreError{StoreError::Kind::kUnavailable, exception.what()});
  }
}

}  // namespace fedwatt::store
