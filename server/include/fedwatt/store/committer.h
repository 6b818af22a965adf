#pragma once

#include <functional>
#include <memory>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/store/store.h"

namespace fedwatt::store {

using Events = std::vector<run::StoredEvent>;

// Commits batches of events somewhere else than on the calling thread.
class Committer {
 public:
  using Done = std::function<void(tl::expected<void, StoreError>)>;

  virtual ~Committer() = default;

  // Never blocks. `done` is called on the hub's I/O thread. One commit at a time.
  virtual void commit(std::shared_ptr<const Events> events, Done done) = 0;

  // Reads a page of a run's events (Store::read), without blocking either; also while a commit is
  // under way, and after it.
  using Page = tl::expected<Events, StoreError>;
  virtual void read(const std::string& run_id, std::int64_t after, std::size_t limit,
                    std::function<void(Page)> done) = 0;

  // Finds out whether a commit could succeed now; never while one is under way.
  virtual void check(Done done) = 0;
};

}  // namespace fedwatt::store
