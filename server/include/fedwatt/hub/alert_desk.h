#pragma once

#include <memory>
#include <vector>

#include "fedwatt/hub/runs.h"
#include "fedwatt/hub/webhook.h"

namespace fedwatt::hub {

// Brings the alerts of runs to the webhooks, once what they tell of is committed. For the I/O
// thread; nothing blocks.
class AlertDesk {
 public:
  // Both must outlive it, and must not call back once it is gone.
  AlertDesk(net::HttpClient& client, net::Timers& timers, const WebhookSettings& settings);

  // Tells others from now on. What waits for those that are not meant any more is still brought to
  // them.
  void change(const WebhookSettings& settings);

  // What the batch that is being sealed raised.
  Delivery publish(const Runs::Alerts& alerts);

  // Of all webhooks together.
  std::size_t waiting() const;
  std::int64_t dropped() const;

 private:
  using Webhooks = std::vector<std::unique_ptr<Webhook>>;
  void forget_idle();

  net::HttpClient& client_;
  net::Timers& timers_;
  Webhooks webhooks_;
  Webhooks leaving_;  // no longer meant, but not done yet
  std::int64_t dropped_by_gone_ = 0;
};

}  // namespace fedwatt::hub
