#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "link/hub_link.h"
#include "session/spool.h"
#include "session/state.h"

namespace fedwatt::session {

// What is said with the hub: hello and welcome, reports and acks, orders. Lives on the link's
// thread and knows no socket; it is where JSON is made and read.
class Conversation {
 public:
  using Send = std::function<void(std::string frame)>;
  using Log = std::function<void(std::string_view line)>;
  using WallClock = std::function<protocol::Timestamp()>;

  struct Start {
    protocol::WorkerHello hello;   // without sent_at; with a run_id only if the spool had one
    std::unique_ptr<Spool> spool;  // null: reports wait in memory only
  };

  // `state` must outlive the conversation.
  Conversation(SharedState& state, Start start, Send send, Log log, WallClock wall_clock);

  void on_up();
  void on_down(const link::LinkDown& down);
  void on_frame(std::string_view frame);

  // Spools what waits in the outbox, and then sends it, as far as its window allows.
  void pump();

  // At the end, when nothing is sent any more; gives the spool back. Its path if it has all that is
  // left, else empty.
  std::string spool_the_rest();

  // Sends if the hub has welcomed this worker; else a later welcome brings the order back.
  void acknowledge(const protocol::DirectiveAck& ack);

  void say_bye(const std::string& reason);

  // As it was said last; with the run's id, if the hub gave one.
  const protocol::WorkerHello& hello() const { return hello_; }

 private:
  void greet();
  void take(const protocol::Welcome& welcome);
  void take(const protocol::Ack& ack);
  void take(const protocol::DirectiveOrder& order);
  void take(const protocol::StoreStatus& status);
  void take(const protocol::Error& error);
  void obey(Control::Order order);
  std::vector<Outbox::Waiting> next_batch();
  void tell_of_full_queue();

  SharedState& state_;
  std::unique_ptr<Spool> spool_;
  protocol::WorkerHello hello_;
  const Send send_;
  const Log log_;
  const WallClock wall_clock_;
  bool greeted_ = false;     // the hub's welcome came on this connection
  std::string last_reason_;  // why it went down, so that each reason is logged once
  Outbox::Counts told_;      // of what a full queue did, so that each kind is logged once
};

}  // namespace fedwatt::session
