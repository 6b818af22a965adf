#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::session {

// What the hub wants this worker to be doing, and what the worker does about it. The want is a
// state and not an event: the last order stands, also while the hub is away. Pure and not
// thread-safe.
//
// An acknowledgement says what has taken hold, so a pause is acknowledged when the training waits
// in its checkpoint and not when the order comes. One that was lost is made again when the hub's
// welcome names the command again.
class Control {
 public:
  enum class Verdict { kGoOn, kWait, kStop };

  struct Order {
    protocol::Directive directive = protocol::Directive::kRun;
    protocol::AppliesAt applies_at = protocol::AppliesAt::kWorker;
    std::optional<std::string> command;
  };

  struct Step {
    Verdict verdict = Verdict::kGoOn;
    std::optional<protocol::DirectiveAck> ack;  // to send
  };

  // The hub's order. Returns the acknowledgement of one that holds at once: it is the coordinator's
  // to act on, or the worker does so already.
  std::optional<protocol::DirectiveAck> order(Order order);

  // The training is at its checkpoint, where orders take hold. Called again each time that
  // verdict() has changed, until it is not kWait.
  Step at_checkpoint(std::int64_t round);

  // What the standing order asks of this worker itself.
  Verdict verdict() const;

 private:
  static protocol::DirectiveState state_for(Verdict verdict);
  std::optional<protocol::DirectiveAck> acknowledge(protocol::DirectiveState state) const;

  Order order_;
  Verdict holds_ = Verdict::kGoOn;      // what the training does
  std::optional<std::string> handled_;  // the command that holds and was acknowledged
  std::optional<std::int64_t> round_;
};

}  // namespace fedwatt::session
