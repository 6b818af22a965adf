#pragma once

#include <cstdint>
#include <functional>
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

// Makes reports of a training's phases and rounds, and decides when the meter is read. Every moment
// and every joule from its construction to close() is in one report and in no other, but for a last
// gap that is not worth one.
//
// Time outside phases is a gap. Those before the first round are reported as `init`; those of a
// round, with what passed since the results of the one before, as one `idle`; and a round without
// any phase is one `fit`. A gap shorter than `shortest_gap_s` belongs to what follows it, so that
// tight loops make no reports of nothing. A pause is an `idle` of its own.
//
// The last phase of a round is held back until it is known whether the round's results go with it.
// What is measured between two rounds belongs to the second, and is held back until that begins.
//
// Not thread-safe. Each method that returns reports returns those that are ready to go, in order.
class Recorder {
 public:
  using Reports = std::vector<protocol::Report>;

  struct Instruments {
    std::function<Instant()> now;
    std::function<energy::Lap()> lap;  // what was spent since it was called before
  };

  explicit Recorder(Instruments instruments, double shortest_gap_s = 0.05);

  // Begins `round`, and ends an open phase before it; nothing else if that round is under way.
  Reports begin_round(std::int64_t round);

  // Begins a phase, and ends the one that is open. Ending one that is not open does nothing.
  Reports begin_phase(std::uint64_t id, protocol::Phase phase);
  Reports end_phase(std::uint64_t id);

  // Figures that take the meter's place in the report of the phase that is open, else of the last
  // phase if that is still held back, else in the next one that is made. Several add up.
  void add_energy(const energy::Lap& reading);

  // Ends this worker's part of the round: its results go with the last phase.
  Reports finish_round(const Results& results);

  // The round that is under way waits, until resume(). Harmless twice; so is the latter.
  void pause();
  bool paused() const { return paused_; }
  Reports report_pause();  // what the pause spent so far
  Reports resume();

  // The end of the training: everything that was held back.
  Reports close();

 private:
  struct Stretch {
    protocol::Report report;
    energy::Lap added;  // by add_energy
  };
  struct Open {
    std::uint64_t id;
    protocol::Phase phase;
    energy::Lap added;
  };

  Stretch cut(protocol::Phase phase, Instant to);
  void end_open_phase();
  void end_gap(Instant to, double shortest_s);
  void end_pause(Instant to);
  void end_round(Instant to, double shortest_s);
  void make(std::optional<Stretch> stretch);
  Reports ready();
  Reports release();

  const Instruments instruments_;
  const double shortest_gap_s_;
  Instant cut_at_;  // what was before is in a report
  std::optional<std::int64_t> round_;
  bool under_way_ = false;  // round_ was begun and its results are not known
  bool paused_ = false;
  std::optional<Open> open_;
  std::optional<Stretch>
      last_phase_;              // of the round; before it begins, of what was measured so far
  std::optional<Stretch> gap_;  // the gaps so far, added up
  energy::Lap added_;           // for the next report
  Reports made_;                // without their round
};

}  // namespace fedwatt::session
