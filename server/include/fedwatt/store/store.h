#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/run/event.h"

namespace fedwatt::store {

struct StoreError {
  enum class Kind {
    kUnavailable,   // away, full, locked or read-only: the same call may succeed later
    kSchemaTooNew,  // written by a newer hub: upgrade the hub, nothing was touched
    kInUse,         // another hub works on this database
    kConflict,      // another event has this place, or another report this (run, worker, seq)
    kInvalidEvent,  // an event that can never be stored; its neighbours may be
    kCorrupt,       // what is stored cannot be read back
    kBadAddress,    // the address makes no sense, or the database is another program's
  };
  Kind kind = Kind::kUnavailable;
  std::string message;  // one sentence, without secrets: what is wrong, where, and what to do
};

// Where the events of all runs are kept, durably and in order.
//
// One thread at a time; every call may block on the disk or the network, but never for longer than
// some 20 seconds on a server that does not answer. Nothing is thrown.
// A store holds its database for itself while it is open: a second hub on it gets kInUse.
class Store {
 public:
  virtual ~Store() = default;

  // Commits the events in one transaction: all of them, or none and an error. When it returns
  // without an error they survive the death of this process and of the machine.
  //
  // Of each run, events must come in the order of their offsets, from 1 and without gaps, and the
  // first one, and no other, must be RunCreated; runs may be mixed. Numbers must be finite and text
  // valid UTF-8 without NUL. Otherwise: kInvalidEvent.
  //
  // Appending an event again that is stored already is no error and stores nothing: after
  // kUnavailable, which may mean "committed, but the answer was lost", call again with the same.
  // After kUnavailable the store reconnects by itself in the next call.
  virtual tl::expected<void, StoreError> append(std::span<const run::StoredEvent> events) = 0;

  // Hands every stored event to `visit`: run by run in the order of their creation, and within a
  // run by rising offset. They are read in pages, so memory stays bounded. Every value comes back
  // bit by bit, but for the token of a hello, which is not stored, and -0.0 in a figure of a
  // report, which may come back as 0.0. After an error `visit` may have seen some of the events; it
  // must not call the store.
  virtual tl::expected<void, StoreError> replay(
      const std::function<void(run::StoredEvent&&)>& visit) = 0;

  // The events of a run after the one of that offset, by rising offset: `limit` at most, fewer only
  // at the end of the run. As they were appended, like replay().
  virtual tl::expected<std::vector<run::StoredEvent>, StoreError> read(const std::string& run_id,
                                                                       std::int64_t after,
                                                                       std::size_t limit) = 0;

  // Removes all events of a run in one transaction, if there are any. Nobody may know of it any
  // more: an edition that was not finished, or a run that is kept no longer while no hub runs.
  virtual tl::expected<void, StoreError> remove(const std::string& run_id) = 0;

  // Gives the space of what was removed back, as far as the database can; takes as long as it
  // takes, and with SQLite as much free space as the file has.
  virtual tl::expected<void, StoreError> compact() = 0;

  // Whether an append could succeed now: reachable and writable. Writes nothing.
  virtual tl::expected<void, StoreError> check() = 0;
};

// Opens the store at `address`, and brings its schema up to date with the migrations of sql/:
//   sqlite:PATH     a file, created if it is not there; its folder must be. What follows the colon
//                   is the path, relative or absolute, so sqlite:///var/lib/fedwatt.db will do,
//                   too. Other programs may read the file meanwhile; "PATH.lock" keeps other hubs
//                   out.
//   postgresql://USER:PASSWORD@HOST:PORT/DATABASE?…, or postgres://: as libpq reads it. To work in
//                   another schema than the user's own: ?options=-csearch_path%3DNAME.
tl::expected<std::unique_ptr<Store>, StoreError> open_store(std::string_view address);

// Whether that address makes sense, as far as can be seen without opening it: asks no server, and
// creates nothing.
tl::expected<void, StoreError> check_address(std::string_view address);

}  // namespace fedwatt::store
