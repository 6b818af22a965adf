#include "fedwatt/hub/alert_desk.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/names.h"
#include "json_values.h"

namespace fedwatt::hub {
namespace {

std::string run_json(const protocol::RunView& run) {
  return text_of({{"run_id", run.run_id},
                  {"name", run.name},
                  {"state", protocol::name_of(run.state)},
                  {"round", or_null(run.round)},
                  {"accuracy", or_null(run.accuracy)},
                  {"emissions_g", or_null(run.emissions_g)},
                  {"energy_j", or_null(run.energy_j)}});
}

// The event as viewers get it, with an id by which a receiver knows what it had before.
std::string alert_json(const protocol::EventView& event) {
  auto json = Json::parse(protocol::encode(protocol::HubToViewer{event}));
  json["id"] = event.run_id + ":" + std::to_string(event.offset) + ":" + event.kind;
  return text_of(json);
}

}  // namespace

AlertDesk::AlertDesk(net::HttpClient& client, net::Timers& timers, const WebhookSettings& settings)
    : client_(client), timers_(timers) {
  change(settings);
}

void AlertDesk::change(const WebhookSettings& settings) {
  std::move(webhooks_.begin(), webhooks_.end(), std::back_inserter(leaving_));
  webhooks_.clear();
  for (const auto& url : settings.urls) {
    const auto same = std::find_if(leaving_.begin(), leaving_.end(), [&](const auto& webhook) {
      return webhook->url() == url && webhook->headers() == settings.headers;
    });
    if (same == leaving_.end()) {
      webhooks_.push_back(std::make_unique<Webhook>(client_, timers_, url, settings.headers));
    } else {
      webhooks_.push_back(std::move(*same));
      leaving_.erase(same);
    }
  }
  forget_idle();
}

void AlertDesk::forget_idle() {
  std::erase_if(leaving_, [this](const auto& webhook) {
    if (!webhook->idle()) return false;
    dropped_by_gone_ += webhook->dropped();
    return true;
  });
}

Delivery AlertDesk::publish(const Runs::Alerts& alerts) {
  if (!leaving_.empty()) forget_idle();
  if (webhooks_.empty()) return [] {};
  std::vector<PostedAlert> posted;
  for (const auto& [run, events] : alerts) {
    const auto summary = std::make_shared<const std::string>(run_json(run->view()));
    for (const auto& event : events) {
      posted.push_back({run->run_id(), summary, alert_json(event)});
    }
  }
  return [this, posted = std::move(posted)] {
    for (const auto& webhook : webhooks_) webhook->add(posted);
  };
}

std::size_t AlertDesk::waiting() const {
  std::size_t waiting = 0;
  for (const auto& webhook : webhooks_) waiting += webhook->waiting();
  for (const auto& webhook : leaving_) waiting += webhook->waiting();
  return waiting;
}

std::int64_t AlertDesk::dropped() const {
  std::int64_t dropped = dropped_by_gone_;
  for (const auto& webhook : webhooks_) dropped += webhook->dropped();
  for (const auto& webhook : leaving_) dropped += webhook->dropped();
  return dropped;
}

}  // namespace fedwatt::hub
