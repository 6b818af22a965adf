#include "fedwatt/hub/alert_desk.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/names.h"

namespace fedwatt::hub {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const auto& value) { return value ? Json(*value) : Json(nullptr); }

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string run_json(const protocol::RunView& run) {
  return dump({{"run_id", run.run_id},
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
  return dump(json);
}

}  // namespace

AlertDesk::AlertDesk(net::HttpClient& client, net::Timers& timers,
                     const WebhookSettings& settings) {
  for (const auto& url : settings.urls) {
    webhooks_.push_back(std::make_unique<Webhook>(client, timers, url, settings.headers));
  }
}

Delivery AlertDesk::publish(const Runs::Alerts& alerts) {
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

}  // namespace fedwatt::hub
