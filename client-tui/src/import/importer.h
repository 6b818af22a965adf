#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "import/import_source.h"

namespace fedwatt::viewer {

// What became of one file.
struct ImportOutcome {
  std::string run;
  std::string run_id;  // empty: the hub did not take it in
  std::string worker;
  std::int64_t added = 0;          // committed by the hub now
  std::int64_t already_there = 0;  // since an earlier import, or from the worker itself
  std::int64_t refused = 0;
  std::vector<std::string> reasons;  // of what was refused; the first ones
  std::string failure;               // why it is not whole; empty: it is
  bool hub_lost = false;             // the failure: no answer, instead of a refusal
};

// Brings the reports of files to a hub, each over a connection of its own: first all hellos, so
// that rounds wait for all files; then the reports of all, round by round, a window of them at a
// time; then each file's bye. Pure: connections are the caller's. For one thread at a time.
class Importer {
 public:
  using Send = std::function<void(std::size_t file, std::string frame)>;

  // `into` and `as`: empty where not given.
  Importer(std::vector<ImportSource> files, std::string into, std::string as, Send send);

  // What happens on the connection of a file.
  void connected(std::size_t file);
  void received(std::size_t file, std::string_view frame);
  void disconnected(std::size_t file, const std::string& reason);
  // Nothing has happened for too long.
  void give_up(const std::string& reason);

  bool over() const;             // of each file it is known what became of it
  std::int64_t settled() const;  // reports: committed, there before, or refused
  std::int64_t total() const;
  const ImportOutcome& outcome(std::size_t file) const { return transfers_[file].outcome; }

 private:
  enum class State { kAway, kConnected, kGreeted, kWelcomed, kSending, kSaidBye, kDone, kFailed };

  struct Transfer {
    ImportSource file;
    State state = State::kAway;
    ImportOutcome outcome;
    std::int64_t last_seq = 0;             // that the hub had at its welcome
    std::int64_t shift = 0;                // taken off every number
    std::unique_ptr<ImportReader> reader;  // from when sending begins
    std::deque<ImportMessage> ahead;       // read and not sent
    std::deque<std::int64_t> in_flight;    // numbers that are sent and not acknowledged
    std::vector<std::string> frame;        // encoded and not sent
    std::size_t frame_bytes = 0;
  };

  std::optional<std::string> run_id_for(const Transfer& transfer, bool& known) const;
  void greet_those_ready();
  void take(std::size_t index, const protocol::Welcome& welcome);
  void take(std::size_t index, const protocol::Ack& ack);
  void take(std::size_t index, const protocol::Error& error);
  void take(std::size_t, const protocol::DirectiveOrder&) {}
  void take(std::size_t, const protocol::StoreStatus&) {}  // acks go on when the store does
  void begin_sending();
  void read_ahead(Transfer& transfer);
  void pump();
  std::size_t next_to_send() const;
  void send_one(std::size_t index);
  void flush(std::size_t index);
  void say_bye_where_done();
  void fail(Transfer& transfer, const std::string& why, bool hub_lost);

  std::string into_;
  std::string as_;
  Send send_;
  std::vector<Transfer> transfers_;
  std::map<std::string, std::size_t> leader_;  // by run's name: whose run the others join
};

}  // namespace fedwatt::viewer
