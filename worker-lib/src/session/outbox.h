#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::session {

// The hub takes 64 KiB in a frame: a longer message is not sent, nor kept for later.
inline constexpr std::size_t kMaxMessageBytes = 60 * 1024;

// What waits for the hub: reports until they are committed, and round plans between them. Pure: no
// clock, no threads, no I/O; not thread-safe.
//
// A report gets its number when it is first sent, since only the hub's welcome says where this
// worker's numbers in this run go on. From then on it keeps it, so that sending it again is safe.
class Outbox {
 public:
  using Message = std::variant<protocol::Report, protocol::RoundPlan>;
  using Ticket = std::uint64_t;  // the order of adding

  struct Counts {
    std::uint64_t made = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t dropped = 0;
    std::uint64_t rejected = 0;
  };

  // Holds at most `capacity` messages, of which at most `window` are sent and not acknowledged.
  explicit Outbox(std::size_t capacity, std::size_t window = 256);

  // Adds a message. If that is one too many, the oldest report that was never sent and closes no
  // round goes, else the oldest that was never sent; its number is skipped, so that the hub sees
  // that one is missing.
  void add(Message message);

  // Before anything is added: what an earlier process left over, as its rest() gave it. Numbers
  // that belong to the run `run_id` are kept; an empty one says that the hub never gave any.
  void take_over(const std::string& run_id, std::vector<Message> messages);

  // The hub took this worker in. In the run of before, what `last_seq` covers is committed and the
  // rest is sent again under its old numbers. In any other run (the first one, or that of a hub
  // that lost its database) everything that waits is numbered anew and goes to that run.
  void welcomed(const std::string& run_id, std::int64_t last_seq);

  // Nothing can be sent before the next welcome.
  void disconnected();

  // The next message to send, which then counts as sent; empty if there is none, the window is full
  // or the hub has not welcomed this worker.
  std::optional<Message> next();

  // The hub committed every report up to `seq`.
  void acknowledged(std::int64_t seq);

  // What is left, in order, each report with its number: those that were sent keep theirs, the
  // others get the next ones. For the end, when nothing is sent any more.
  std::vector<Message> rest();

  // The hub refused the report with this number and will never take it.
  void rejected(std::int64_t seq);

  Ticket last_ticket() const { return last_ticket_; }
  // Whether every report up to `ticket` was committed, rejected or dropped.
  bool settled(Ticket ticket) const;

  std::uint64_t waiting() const;  // reports
  const Counts& counts() const { return counts_; }
  const std::string& run_id() const { return run_id_; }  // empty before the first welcome

 private:
  struct Entry {
    Message message;
    Ticket ticket;
    std::int64_t skipped_before;  // numbers of reports that were dropped in front of this one
  };

  void drop_one();
  void number(Entry& entry);
  void pop_front(std::size_t count);

  const std::size_t capacity_;
  const std::size_t window_;
  // First those sent on this connection, then those sent on an earlier one only, then the others.
  std::deque<Entry> entries_;
  std::size_t sent_ = 0;
  std::size_t numbered_ = 0;  // at least sent_

  bool welcomed_ = false;
  std::string run_id_;
  std::int64_t next_seq_ = 1;
  std::int64_t skipped_at_end_ = 0;
  Ticket last_ticket_ = 0;
  Counts counts_;
};

}  // namespace fedwatt::session
