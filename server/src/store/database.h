#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "fedwatt/store/store.h"
#include "store/migrations.h"
#include "store/rows.h"

namespace fedwatt::store {

// What differs between databases, for SqlStore to build a Store from. One thread at a time.
//
// Except where it says noexcept, any method may throw a Failure or an exception of the driver,
// which explain() understands; then the transaction is over, and abandon() is the only thing to
// call.
class Database {
 public:
  virtual ~Database() = default;

  // What to call it in messages, without secrets: "the database runs.db".
  virtual std::string name() const = 0;

  // Whether what it was made for can be, as far as is seen without connecting.
  virtual void check_address() const {}

  // ---- from closed to ready: connect(), then migrate(), then prepare() ----

  virtual bool is_connected() const = 0;
  // Connects and keeps every other hub out until this object or the connection dies. Changes
  // nothing that is stored.
  virtual void connect() = 0;
  virtual std::span<const Migration> migrations() const = 0;
  virtual std::size_t schema_version() = 0;  // 0 for an empty database
  virtual void apply(const Migration& migration) = 0;
  virtual void prepare() = 0;

  // Gives the space of removed rows back. Not in a transaction.
  virtual void compact() = 0;

  // ---- a transaction; everything below takes place in one ----

  virtual void begin() = 0;
  virtual void commit() = 0;
  // Undoes what is not committed. After `kind` the connection may be useless: then closes it too.
  virtual void abandon(StoreError::Kind kind) noexcept = 0;

  virtual void insert(const NewRows& rows) = 0;
  virtual void remove_run(const std::string& run_id) = 0;  // with its reports and events
  virtual void check_writable() = 0;

  virtual std::vector<std::string> run_ids() = 0;  // in the order of their creation
  virtual std::int64_t last_offset(const std::string& run_id) = 0;  // 0 for an unknown run
  // The first rows of a run past `offset`, at most `limit`, by rising offset.
  virtual std::vector<ReportRow> reports_after(const std::string& run_id, std::int64_t offset,
                                               std::int64_t limit) = 0;
  virtual std::vector<EventRow> events_after(const std::string& run_id, std::int64_t offset,
                                             std::int64_t limit) = 0;

  // What an exception of the driver means to the user of the store.
  virtual StoreError explain(const std::exception& exception) const = 0;
};

}  // namespace fedwatt::store
