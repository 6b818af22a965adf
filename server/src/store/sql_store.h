#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "store/database.h"

namespace fedwatt::store {

// The Store over any Database: what is to be written, what is there already, and in which order to
// read it back.
class SqlStore : public Store {
 public:
  // Connects, and brings the schema up to date.
  static tl::expected<std::unique_ptr<Store>, StoreError> open(std::unique_ptr<Database> database);

  tl::expected<void, StoreError> append(std::span<const run::StoredEvent> events) override;
  tl::expected<void, StoreError> replay(
      const std::function<void(run::StoredEvent&&)>& visit) override;
  tl::expected<std::vector<run::StoredEvent>, StoreError> read(const std::string& run_id,
                                                               std::int64_t after,
                                                               std::size_t limit) override;
  tl::expected<void, StoreError> remove(const std::string& run_id) override;
  tl::expected<void, StoreError> compact() override;
  tl::expected<void, StoreError> check() override;

 private:
  explicit SqlStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  tl::expected<void, StoreError> in_transaction(const std::function<void()>& work);
  // The same without a transaction.
  tl::expected<void, StoreError> attempt(const std::function<void()>& work);
  void make_ready();
  std::int64_t& last_offset(const std::string& run_id);
  void require_same(const run::StoredEvent& event);
  // Hands the events of a run after that offset to `visit`, until it returns false. Reads so many
  // rows of each table at once.
  void visit_run(const std::string& run_id, std::int64_t after, std::int64_t page_rows,
                 const std::function<bool(run::StoredEvent&&)>& visit);

  std::unique_ptr<Database> database_;
  // Of the runs written to since the connection was made. Nobody else writes, so it stays true
  // until an append fails.
  std::unordered_map<std::string, std::int64_t> last_offsets_;
};

}  // namespace fedwatt::store
