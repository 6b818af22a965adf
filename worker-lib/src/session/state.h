#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "session/control.h"
#include "session/outbox.h"

namespace fedwatt::session {

// What the training's threads and the link's thread share. The mutex is held for moments only,
// never across a send or a wait for the hub.
struct SharedState {
  explicit SharedState(Outbox::Limits limits) : outbox(limits) {}

  std::mutex mutex;
  std::condition_variable changed;  // after every change of what follows

  Outbox outbox;
  // The spool has all that waits up to this ticket; 0: there is none, or it failed.
  Outbox::Ticket spooled_to = 0;
  std::uint64_t spool_failures = 0;
  Control control;
  bool welcomed = false;       // connected, and the hub took this worker in
  bool gone_for_good = false;  // the hub said not to come back
  bool closing = false;
  bool pump_posted = false;  // the link's thread is about to look into the outbox
};

}  // namespace fedwatt::session
