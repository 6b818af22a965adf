#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "session/fold.h"

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
    std::uint64_t folded = 0;         // into another
    std::uint64_t rounds_folded = 0;  // of these, into that of another round
    std::uint64_t dropped = 0;
    std::uint64_t rejected = 0;
  };

  // How much may wait, of which at most `window` messages are sent and not acknowledged.
  struct Limits {
    std::size_t messages = 10'000;
    std::size_t bytes = 16 * 1024 * 1024;  // of memory, about
    std::size_t window = 256;
  };

  // A message that waits. The message itself never changes, so that it can be read without a lock.
  struct Waiting {
    Ticket ticket = 0;
    std::int64_t seq = 0;  // 0: a plan, or a report that has no number yet
    std::shared_ptr<const Message> message;

    // As it goes to the hub: a report with its number.
    Message numbered() const;
  };

  // What waits in all, for a copy of it that outlives the process.
  struct Snapshot {
    std::string run_id;  // that the numbers belong to
    std::int64_t next_seq = 1;
    std::vector<Waiting> waiting;
  };

  // What has to be done to such a copy, in this order.
  struct Changes {
    std::optional<std::string> run_id;                    // numbers of another run are void
    std::vector<std::pair<Ticket, Ticket>> gone;          // from, to
    std::vector<std::pair<Ticket, std::int64_t>> number;  // of what is in it already
    std::vector<Waiting> put;                             // new, or in place of the one before

    bool empty() const { return !run_id && gone.empty() && number.empty() && put.empty(); }
  };

  explicit Outbox(Limits limits) : limits_(limits) {}

  // Adds a message. If that is one too many, those that were never sent are folded two into one
  // (session/fold.h), the oldest first and as little as must be, until an eighth of the room is
  // free: so a full queue does not cost each report a search. Plans that were never sent go before
  // rounds are folded into each other. Only a report that no other can be folded with is dropped;
  // its number is skipped, so that the hub sees that one is missing.
  // The bound yields to a last handful beside what is sent already, so that these can be folded.
  void add(Message message);

  // Before anything is added: what an earlier process left over.
  void restore(Snapshot left);

  // The hub took this worker in. In the run of before, what `last_seq` covers is committed and the
  // rest is sent again under its old numbers. In any other run (the first one, or that of a hub
  // that lost its database) everything that waits is numbered anew and goes to that run.
  void welcomed(const std::string& run_id, std::int64_t last_seq);

  // Nothing can be sent before the next welcome.
  void disconnected();

  // The next message to send, which then counts as sent; empty if there is none, the window is full
  // or the hub has not welcomed this worker.
  std::optional<Waiting> next();

  // The hub committed every report up to `seq`.
  void acknowledged(std::int64_t seq);

  // What is left, in order, each report with its number: those that were sent keep theirs, the
  // others get the next ones. For the end, when nothing is sent any more.
  std::vector<Message> rest();

  // The hub refused the report with this number and will never take it.
  void rejected(std::int64_t seq);

  // For a copy: everything; and from then on what has changed since either was asked for. Without
  // the first call nothing is noted.
  Snapshot snapshot();
  Changes take_changes();

  Ticket last_ticket() const { return last_ticket_; }
  // Whether every report up to `ticket` was committed, rejected or dropped.
  bool settled(Ticket ticket) const;

  std::uint64_t waiting() const;                // reports
  std::uint64_t waiting_to(Ticket last) const;  // reports up to this ticket
  std::size_t bytes() const { return bytes_; }
  const Counts& counts() const { return counts_; }
  const std::string& run_id() const { return run_id_; }  // empty before the first welcome

 private:
  enum class InCopy {
    kNot,
    kAsItWas,  // before it was replaced
    kAsItIs,   // but for its number
  };
  struct Entry : Waiting {
    std::int64_t skipped_before = 0;  // numbers of reports that were dropped in front of this one
    std::size_t bytes = 0;
    InCopy in_copy = InCopy::kNot;
  };

  bool over(const Limits& limits) const;
  void make_room();
  void fold_all(FoldLevel level, const Limits& enough);
  bool fold_into_one(Entry& earlier, Entry& later, FoldLevel level);
  void forget_plans(const Limits& enough);
  void drop_one();
  void replace(Entry& entry, Message message);
  void vanish(Entry& entry);
  void sweep();
  void number(Entry& entry);
  void pop_front(std::size_t count);
  void note_gone(Ticket from, Ticket to);
  Waiting copied(Entry& entry);
  Entry* find(Ticket ticket);

  const Limits limits_;
  // First those sent on this connection, then those sent on an earlier one only, then the others.
  std::deque<Entry> entries_;
  std::size_t sent_ = 0;
  std::size_t numbered_ = 0;  // at least sent_
  std::size_t bytes_ = 0;

  bool welcomed_ = false;
  std::string run_id_;
  std::int64_t next_seq_ = 1;
  std::int64_t skipped_at_end_ = 0;
  Ticket last_ticket_ = 0;
  Counts counts_;

  bool has_copy_ = false;
  Changes changes_;              // its `put` stays empty: these are found when asked for
  std::vector<Ticket> changed_;  // in the copy, but not as they are now
};

}  // namespace fedwatt::session
