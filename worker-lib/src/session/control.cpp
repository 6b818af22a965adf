#include "session/control.h"

#include <utility>

namespace fedwatt::session {

using protocol::AppliesAt;
using protocol::Directive;
using protocol::DirectiveAck;
using protocol::DirectiveState;

std::optional<DirectiveAck> Control::order(Order order) {
  order_ = std::move(order);
  handled_.reset();
  if (order_.applies_at == AppliesAt::kCoordinator) return acknowledge(DirectiveState::kInformed);
  if (verdict() != holds_) return std::nullopt;
  handled_ = order_.command;
  return acknowledge(state_for(holds_));
}

Control::Step Control::at_checkpoint(std::int64_t round) {
  round_ = round;
  holds_ = verdict();
  Step step{holds_, std::nullopt};
  const bool mine = order_.applies_at == AppliesAt::kWorker;
  if (mine && handled_ != order_.command) {
    handled_ = order_.command;
    step.ack = acknowledge(state_for(holds_));
  }
  return step;
}

Control::Verdict Control::verdict() const {
  if (order_.applies_at == AppliesAt::kCoordinator) return Verdict::kGoOn;
  switch (order_.directive) {
    case Directive::kPause:
      return Verdict::kWait;
    case Directive::kStop:
      return Verdict::kStop;
    case Directive::kRun:
      break;
  }
  return Verdict::kGoOn;
}

DirectiveState Control::state_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWait:
      return DirectiveState::kPaused;
    case Verdict::kStop:
      return DirectiveState::kStopped;
    case Verdict::kGoOn:
      break;
  }
  return DirectiveState::kRunning;
}

std::optional<DirectiveAck> Control::acknowledge(DirectiveState state) const {
  if (!order_.command) return std::nullopt;
  return DirectiveAck{*order_.command, state, round_};
}

}  // namespace fedwatt::session
