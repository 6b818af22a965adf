#pragma once

#include <chrono>
#include <string>

#include "store_contract.h"

namespace fedwatt::store::testing {

// The server that the tests run beside. Throws if there is none.
std::string postgres_url();

// Runs `sql` on that server, outside any store, and gives the first column.
std::vector<std::string> ask_server(const std::string& sql);

// A schema of the test's own on it, gone with this object.
class PostgresTestDatabase : public TestDatabase {
 public:
  PostgresTestDatabase();
  ~PostgresTestDatabase() override;

  std::string address() const override { return with_options(""); }
  std::unique_ptr<Database> database() const override;
  std::vector<std::string> query(const std::string& sql) override;

  // The address with further session options, like "-cname%3Dvalue".
  std::string with_options(const std::string& options) const;
  std::unique_ptr<Database> database(std::chrono::milliseconds answer_limit) const;

  // The server's process for the store's connection.
  int backend_pid() const;

 private:
  std::string schema_;
};

}  // namespace fedwatt::store::testing
