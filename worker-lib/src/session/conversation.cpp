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
// Messages that are taken from the outbox at a time, and spooled by one write.
constexpr std::size_t kBatch = 64;

WorkerMessage as_worker_message(Outbox::Message message) {
  return std::visit([](auto& held) { return WorkerMessage(std::move(held)); }, message);
}

}  // namespace

Conversation::Conversation(SharedState& state, Start start, Send send, Log log,
                           WallClock wall_clock)
    : state_(state),
      spool_(std::move(start.spool)),
      hello_(std::move(start.hello)),
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

// Nothing to do but to wait: what is not acknowledged stays in the outbox anyway.
void Conversation::take(const protocol::StoreStatus& status) {
  const bool is_ready = status.state == protocol::StoreStatus::State::kReady;
  log_(is_ready ? "the hub can store reports again"
                : "the hub cannot store reports at present, so they wait here: " + status.message);
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

// Takes from the outbox what is to be sent next, and first writes down what has changed in it: a
// number that has left must be known after a restart.
std::vector<Outbox::Waiting> Conversation::next_batch() {
  const bool anew = spool_ && spool_->wants_all();
  std::vector<Outbox::Waiting> batch;
  Outbox::Snapshot all;
  Outbox::Changes changes;
  Outbox::Ticket last_ticket = 0;
  {
    const std::lock_guard lock(state_.mutex);
    state_.pump_posted = false;
    while (batch.size() < kBatch) {
      auto next = state_.outbox.next();
      if (!next) break;
      batch.push_back(*std::move(next));
    }
    if (!spool_) return batch;
    if (anew) {
      all = state_.outbox.snapshot();
    } else {
      changes = state_.outbox.take_changes();
    }
    last_ticket = state_.outbox.last_ticket();
  }
  anew ? spool_->begin_anew(hello_, all) : spool_->add(changes);
  if (!batch.empty()) spool_->withdraw();
  const std::lock_guard lock(state_.mutex);
  state_.spooled_to = spool_->is_whole() ? last_ticket : 0;
  state_.spool_failures = spool_->failures();
  return batch;
}

void Conversation::pump() {
  std::vector<std::string> frame;
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (!frame.empty()) send_(protocol::make_frame({frame.begin(), frame.end()}));
    frame.clear();
    bytes = 0;
  };
  for (auto batch = next_batch(); !batch.empty(); batch = next_batch()) {
    for (const auto& each : batch) {
      std::string encoded = protocol::encode(as_worker_message(each.numbered()));
      if (encoded.size() > kMaxMessageBytes) {
        log_("a plan names so many workers that the hub would refuse it; it was left out");
        continue;
      }
      if (bytes + encoded.size() > kFrameBytes) flush();
      bytes += encoded.size();
      frame.push_back(std::move(encoded));
    }
  }
  flush();
  tell_of_full_queue();
}

void Conversation::tell_of_full_queue() {
  Outbox::Counts counts;
  {
    const std::lock_guard lock(state_.mutex);
    counts = state_.outbox.counts();
  }
  const Outbox::Counts told = std::exchange(told_, counts);
  if (told.folded == 0 && counts.folded > 0) {
    log_(
        "the queue is full: reports that were not sent are folded two into one, the oldest first; "
        "what a round came to stays whole");
  }
  if (told.rounds_folded == 0 && counts.rounds_folded > 0) {
    log_(
        "the queue is full of rounds: the oldest ones that were not sent are folded into one "
        "report; what they cost stays whole, their results are lost");
  }
  if (told.dropped == 0 && counts.dropped > 0) {
    log_("the queue is full, and the oldest report that was not sent was dropped");
  }
}

std::string Conversation::spool_the_rest() {
  const std::unique_ptr<Spool> spool = std::move(spool_);
  if (!spool) return "";
  std::unique_lock lock(state_.mutex);
  const bool nothing_left = state_.outbox.waiting() == 0;
  const Outbox::Changes changes = state_.outbox.take_changes();
  const Outbox::Snapshot all = spool->is_whole() ? Outbox::Snapshot() : state_.outbox.snapshot();
  lock.unlock();
  if (nothing_left) {
    spool->remove();
    return "";
  }
  spool->is_whole() ? spool->add(changes) : spool->begin_anew(hello_, all);
  return spool->is_whole() ? spool->path() : "";
}

}  // namespace fedwatt::session
