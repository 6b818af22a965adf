#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fedwatt/store/store.h"
#include "store/database.h"

namespace fedwatt::store::testing {

// A database of the test's own, gone with this object.
class TestDatabase {
 public:
  virtual ~TestDatabase() = default;

  virtual std::string address() const = 0;
  virtual std::unique_ptr<Database> database() const = 0;

  // What somebody with sqlite3 or psql can do meanwhile: runs `sql` and gives the first column.
  virtual std::vector<std::string> query(const std::string& sql) = 0;
};

using MakeTestDatabase = std::function<std::unique_ptr<TestDatabase>()>;

// What every store must do: store_contract_test.cpp. Each backend instantiates it.
class StoreContract : public ::testing::TestWithParam<MakeTestDatabase> {
 protected:
  void SetUp() override { database_ = GetParam()(); }

  std::unique_ptr<TestDatabase> database_;
};

using Opened = tl::expected<std::unique_ptr<Store>, StoreError>;

// The store at `address`; fails the test if it does not open.
std::unique_ptr<Store> open(const std::string& address);

// Everything that is stored; fails the test if it cannot be read.
std::vector<run::StoredEvent> replay(Store& store);

// "ok", or the kind of the error by name, so that a failed comparison can be read.
std::string outcome(const tl::expected<void, StoreError>& result);
std::string outcome(const Opened& result);

}  // namespace fedwatt::store::testing
