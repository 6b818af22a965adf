#pragma once

#include <filesystem>
#include <string>

#include "store_contract.h"
#include "temporary_folder.h"

namespace fedwatt::store::testing {

class SqliteTestDatabase : public TestDatabase {
 public:
  std::string address() const override { return "sqlite:" + file().string(); }
  std::unique_ptr<Database> database() const override;
  std::vector<std::string> query(const std::string& sql) override;

  std::filesystem::path file() const { return folder_.path() / "runs.db"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace fedwatt::store::testing
