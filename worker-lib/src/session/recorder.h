#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "energy/meter.h"
#include "fedwatt/protocol/messages.h"

namespace fedwatt::session {

// A moment on both clocks: the wall's says when, the steady one how long.
struct Instant {
  protocol::Timestamp wall;
  double steady_s = 0;
};

// What a round came to, checked.
struct Results {
  std::map<std::string, double> metrics;
  std::optional<std::int64_t> num_examples;
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
};

// Makes reports of a training's phases and rounds. The last measured phase of a round is held back
// until it is known whether the round's results go with it. Pure and not thread-safe; each method
// returns the reports that are ready to go, in order.
class Recorder {
 public:
  using Reports = std::vector<protocol::Report>;

  // Begins `round`. What was measured before the first one counts as part of it.
  Reports begin_round(std::int64_t round);

  // Begins a phase; none may be open.
  void open_phase(std::uint64_t id, protocol::Phase phase, Instant now);
  std::optional<std::uint64_t> open_id() const;
  Reports end_phase(Instant now, const energy::Lap& lap);

  // Ends this worker's part of the round, with the last measured phase or, if there was none, with
  // an empty `evaluate`.
  Reports finish_round(const Results& results, Instant now);

  // A stretch of waiting in the round that was begun.
  protocol::Report idle(Instant from, Instant to, const energy::Lap& lap) const;

  // The end of the training: what was held back.
  Reports release();

 private:
  struct Open {
    std::uint64_t id;
    protocol::Phase phase;
    Instant started;
  };

  protocol::Report interval(protocol::Phase phase, Instant from, Instant to,
                            const energy::Lap& lap) const;

  std::optional<std::int64_t> round_;
  std::optional<Open> open_;
  Reports held_;  // one at most, but for those from before the first round
};

}  // namespace fedwatt::session
