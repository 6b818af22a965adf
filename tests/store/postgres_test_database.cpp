#include "postgres_test_database.h"

#include <unistd.h>

#include <cstdlib>
#include <pqxx/pqxx>
#include <stdexcept>

#include "store/postgres_database.h"

namespace fedwatt::store::testing {

std::string postgres_url() {
  const char* url = std::getenv("FEDWATT_TEST_POSTGRES");
  if (url == nullptr) {
    throw std::runtime_error("run this program as tests/support/throwaway_postgres -- PROGRAM");
  }
  return url;
}

std::vector<std::string> ask_server(const std::string& sql) {
  pqxx::connection connection(postgres_url());
  pqxx::work transaction(connection);
  std::vector<std::string> first_column;
  for (const pqxx::row& row : transaction.exec(sql)) first_column.emplace_back(row.front().c_str());
  transaction.commit();
  return first_column;
}

PostgresTestDatabase::PostgresTestDatabase() {
  static int count = 0;
  schema_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  ask_server("CREATE SCHEMA " + schema_);
}

PostgresTestDatabase::~PostgresTestDatabase() {
  ask_server("SET client_min_messages = error; DROP SCHEMA " + schema_ + " CASCADE");
}

std::string PostgresTestDatabase::with_options(const std::string& options) const {
  return postgres_url() + "?application_name=" + schema_ + "&options=-csearch_path%3D" + schema_ +
         "%20" + options;
}

std::unique_ptr<Database> PostgresTestDatabase::database() const {
  return database(std::chrono::seconds(10));
}

std::unique_ptr<Database> PostgresTestDatabase::database(
    std::chrono::milliseconds answer_limit) const {
  return std::make_unique<PostgresDatabase>(PostgresAddress(address()), answer_limit);
}

std::vector<std::string> PostgresTestDatabase::query(const std::string& sql) {
  return ask_server("SET search_path = " + schema_ + "; " + sql);
}

int PostgresTestDatabase::backend_pid() const {
  const auto pids =
      ask_server("SELECT pid FROM pg_stat_activity WHERE application_name = '" + schema_ + "'");
  if (pids.size() != 1) throw std::runtime_error("the store has not one connection");
  return std::stoi(pids.front());
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, ::testing::Values(MakeTestDatabase([] {
                           return std::make_unique<PostgresTestDatabase>();
                         })),
                         [](const auto&) { return std::string("Server"); });

}  // namespace fedwatt::store::testing
