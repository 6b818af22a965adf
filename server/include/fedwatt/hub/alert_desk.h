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

  // What the batch that is being sealed raised.
  Delivery publish(const Runs::Alerts& alerts);

  // Of all webhooks together.
  std::size_t waiting() const;
  std::int64_t dropped() const;

 private:
  std::vector<std::unique_ptr<Webhook>> webhooks_;
};

}  // namespace fedwatt::hub
