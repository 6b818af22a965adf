#pragma once

#include <span>

namespace fedwatt::store {

class Database;

// A file of sql/, compiled in. A database at version n has had the first n of them.
struct Migration {
  int version;
  const char* name;
  const char* sql;
};

extern const std::span<const Migration> kSqliteMigrations;
extern const std::span<const Migration> kPostgresMigrations;

// Applies to a connected database the migrations that it lacks, each in a transaction of its own.
// Throws Failure(kSchemaTooNew), having changed nothing, if the database has had more than we know.
void migrate(Database& database);

}  // namespace fedwatt::store
