#include "session/conversation.h"

#include <utility>
#include <variant>
#include <vector>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::session {
namespace {

using protocol::WorkerMessage;

// Small frames let acks come early.
constexpr std::size_t kFrameBytes = 16 * 1024;

WorkerMessage as_worker_message(Outbox::Message message) {
  return std::visit([](auto& held) { return WorkerMessage(std::move(held)); }, message);
}

}  // namespace

Conversation::Conversation(SharedState& state, protocol::WorkerHello hello, Send send, Log log,
                           WallClock wall_clock)
    : state_(state),
      hello_(std::move(hello)),
      send_(std::move(send)),
      log_(std::move(log)),
      wall_clock_(std::move(wall_clock)) {}

void Conversation::on_up() { greet(); }

void Conversation::greet() {
  hello_.sent_at = wall_clock_();
  send_(protocol::encode(WorkerMessage(hello_)));
}

void Conversation::on_down(const link::LinkDown& down) {
  greeted_ = false;
  {
    const std::lock_guard lock(state_.mutex);
    state_.welcomed = false;
    state_.gone_for_good = down.final;
    state_.outbox.disconnected();
  }
  state_.changed.notify_all();
  if (down.reason == last_reason_ && !down.final) return;
  last_reason_ = down.reason;
  log_(down.reason +
       (down.final ? "; not trying again, so reports stay here" : "; trying again, reports wait"));
}

void Conversation::on_frame(std::string_view frame) {
  for (const auto& message : protocol::decode_hub_to_worker_frame(frame)) {
    if (message) {
      std::visit([this](const auto& known) { take(known); }, *message);
    } else {
      log_("the hub sent something that is not understood here: " + message.error().message);
    }
  }
}

void Conversation::take(const protocol::Welcome& welcome) {
  greeted_ = true;
  hello_.run_id = welcome.run_id;
  last_reason_.clear();
  {
    const std::lock_guard lock(state_.mutex);
    state_.welcomed = true;
    state_.outbox.welcomed(welcome.run_id, welcome.last_seq);
  }
  log_("connected to the hub as " + hello_.worker + " of run " + hello_.run);
  obey({welcome.directive, welcome.applies_at, welcome.command});
  pump();
}

void Conversation::take(const protocol::Ack& ack) {
  {
    const std::lock_guard lock(state_.mutex);
    state_.outbox.acknowledged(ack.seq);
  }
  state_.changed.notify_all();
  pump();
}

void Conversation::take(const protocol::DirectiveOrder& order) {
  obey({order.directive, order.applies_at, order.command});
}

void Conversation::take(const protocol::Error& error) {
  log_("the hub says " + error.code + ": " + error.message);
  if (!greeted_ && hello_.run_id && error.code == "unknown_run") {
    // A hub with another database: the run goes on there, under the same name.
    hello_.run_id.reset();
    return greet();
  }
  if (!error.seq) return;
  {
    const std::lock_guard lock(state_.mutex);
    state_.outbox.rejected(*error.seq);
  }
  state_.changed.notify_all();
  pump();
}

void Conversation::obey(Control::Order order) {
  std::optional<protocol::DirectiveAck> ack;
  {
    const std::lock_guard lock(state_.mutex);
    ack = state_.control.order(std::move(order));
  }
  state_.changed.notify_all();
  if (ack) acknowledge(*ack);
}

void Conversation::acknowledge(const protocol::DirectiveAck& ack) {
  if (greeted_) send_(protocol::encode(WorkerMessage(ack)));
}

void Conversation::say_bye(const std::string& reason) {
  if (greeted_) send_(protocol::encode(WorkerMessage(protocol::Bye{reason})));
}

void Conversation::pump() {
  std::vector<std::string> frame;
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (!frame.empty()) send_(protocol::make_frame({frame.begin(), frame.end()}));
    frame.clear();
    bytes = 0;
  };
  for (;;) {
    std::optional<Outbox::Message> next;
    {
      const std::lock_guard lock(state_.mutex);
      state_.pump_posted = false;
      next = state_.outbox.next();
    }
    if (!next) break;
    std::string encoded = protocol::encode(as_worker_message(*std::move(next)));
    if (encoded.size() > kMaxMessageBytes) {
      log_("a plan names so many workers that the hub would refuse it; it was left out");
      continue;
    }
    if (bytes + encoded.size() > kFrameBytes) flush();
    bytes += encoded.size();
    frame.push_back(std::move(encoded));
  }
  flush();
}

}  // namespace fedwatt::session
