#include "sqlite_test_database.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/sqlite_database.h"

namespace fedwatt::store::testing {

std::unique_ptr<Database> SqliteTestDatabase::database() const {
  return std::make_unique<SqliteDatabase>(file());
}

std::vector<std::string> SqliteTestDatabase::query(const std::string& sql) {
  SQLite::Database connection(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000);
  SQLite::Statement statement(connection, sql);
  std::vector<std::string> first_column;
  while (statement.executeStep()) first_column.push_back(statement.getColumn(0).getString());
  return first_column;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(MakeTestDatabase([] {
                           return std::make_unique<SqliteTestDatabase>();
                         })),
                         [](const auto&) { return std::string("File"); });

}  // namespace fedwatt::store::testing
