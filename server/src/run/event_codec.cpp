#include "fedwatt/run/event_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/time.h"

namespace fedwatt::protocol {

template <>
struct Names<run::PolicyDecision::What> {
  using What = run::PolicyDecision::What;
  static constexpr auto kAll =
      std::to_array<std::pair<What, std::string_view>>({{What::kWarn, "warn"},
                                                        {What::kPause, "pause"},
                                                        {What::kResume, "resume"},
                                                        {What::kStop, "stop"}});
};

}  // namespace fedwatt::protocol

namespace fedwatt::run {

namespace {

using nlohmann::json;

// The alternatives of Event, in their order.
constexpr std::array<std::string_view, std::variant_size_v<Event>> kKinds = {
    "run_created",     "worker_joined",          "worker_disconnected", "worker_lost",
    "worker_left",     "report_received",        "round_planned",       "round_deadline_passed",
    "command_issued",  "directive_acknowledged", "run_abandoned",       "worker_stale",
    "intensity_noted", "policies_changed",       "policy_decided"};

// What a peer sent is kept as it is on the wire, so that there is one codec for it.
json wire(const protocol::WorkerMessage& message) { return json::parse(protocol::encode(message)); }
json wire(const protocol::ViewerMessage& message) { return json::parse(protocol::encode(message)); }

template <class Message, class AnyMessage>
Message only(std::vector<protocol::Decoded<AnyMessage>>&& decoded) {
  if (decoded.size() != 1) throw std::runtime_error("is not one message");
  if (!decoded.front()) throw std::runtime_error(decoded.front().error().message);
  if (!std::holds_alternative<Message>(*decoded.front())) {
    throw std::runtime_error("is another message");
  }
  return std::get<Message>(*std::move(decoded.front()));
}

template <class Message>
Message worker_message(const json& object) {
  return only<Message>(protocol::decode_worker_frame(object.dump()));
}

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

std::optional<double> number_or_null(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

json edition_or_null(const RunCreated& event) {
  if (!event.edition) return nullptr;
  return {{"of_run_id", event.edition->of_run_id},
          {"intensity", event.edition->intensity},
          {"made_by", event.edition->made_by},
          {"request", event.edition_request},
          {"events", event.edition_events}};
}

template <class E>
E choice(const json& from) {
  const auto word = from.get<std::string>();
  const auto known = protocol::value_of<E>(word);
  if (!known) throw std::runtime_error("holds the unknown word " + word);
  return *known;
}

// ---- one pair of functions for each event -------------------------------------------------------

json fields(const RunCreated& event) {
  return {
      {"name", event.name},
      {"target", {{"metric", event.target.metric}, {"goal", protocol::name_of(event.target.goal)}}},
      {"rules",
       {{"quorum", event.rules.quorum},
        {"deadline_ms", event.rules.deadline_ms},
        {"grace_ms", event.rules.grace_ms},
        {"abandon_ms", event.rules.abandon_ms},
        {"stale_ms", event.rules.stale_ms},
        {"forecast_after_rounds", event.rules.forecast_after_rounds}}},
      {"carbon",
       {{"default_pue", event.carbon.default_pue},
        {"network_kwh_per_gb", event.carbon.network_kwh_per_gb},
        {"network_intensity_g_per_kwh", event.carbon.network_intensity_g_per_kwh}}},
      {"by_import", event.by_import},
      {"edition", edition_or_null(event)}};
}

void read(const json& from, RunCreated& event) {
  from.at("name").get_to(event.name);
  const json& target = from.at("target");
  target.at("metric").get_to(event.target.metric);
  event.target.goal = choice<protocol::Target::Goal>(target.at("goal"));
  const json& rules = from.at("rules");
  rules.at("quorum").get_to(event.rules.quorum);
  rules.at("deadline_ms").get_to(event.rules.deadline_ms);
  rules.at("grace_ms").get_to(event.rules.grace_ms);
  rules.at("abandon_ms").get_to(event.rules.abandon_ms);
  // What older hubs did not store has the value that they worked with.
  event.rules.stale_ms = rules.value("stale_ms", event.rules.stale_ms);
  event.rules.forecast_after_rounds =
      rules.value("forecast_after_rounds", event.rules.forecast_after_rounds);
  const json& carbon = from.at("carbon");
  carbon.at("default_pue").get_to(event.carbon.default_pue);
  carbon.at("network_kwh_per_gb").get_to(event.carbon.network_kwh_per_gb);
  carbon.at("network_intensity_g_per_kwh").get_to(event.carbon.network_intensity_g_per_kwh);
  event.by_import = from.value("by_import", false);
  if (const auto edition = from.find("edition"); edition != from.end() && !edition->is_null()) {
    event.edition = protocol::Edition{edition->at("of_run_id").get<std::string>(),
                                      edition->at("intensity").get<std::string>(),
                                      edition->at("made_by").get<std::string>()};
    edition->at("request").get_to(event.edition_request);
    edition->at("events").get_to(event.edition_events);
  }
}

json fields(const WorkerJoined& event) {
  json hello = wire(event.hello);
  hello.erase("token");  // a secret is never stored
  return {{"hello", std::move(hello)},
          {"clock_offset_s", or_null(event.clock_offset_s)},
          {"region_known", event.region_known}};
}

void read(const json& from, WorkerJoined& event) {
  event.hello = worker_message<protocol::WorkerHello>(from.at("hello"));
  event.clock_offset_s = number_or_null(from.at("clock_offset_s"));
  event.region_known = from.value("region_known", event.region_known);
}

json fields(const WorkerDisconnected& event) { return {{"worker", event.worker}}; }

void read(const json& from, WorkerDisconnected& event) { from.at("worker").get_to(event.worker); }

json fields(const WorkerLost& event) { return {{"worker", event.worker}}; }

void read(const json& from, WorkerLost& event) { from.at("worker").get_to(event.worker); }

json fields(const WorkerLeft& event) {
  return {{"worker", event.worker}, {"reason", event.reason}};
}

void read(const json& from, WorkerLeft& event) {
  from.at("worker").get_to(event.worker);
  from.at("reason").get_to(event.reason);
}

json fields(const ReportReceived& event) {
  return {{"worker", event.worker},
          {"report", wire(event.report)},
          {"intensity_g_per_kwh", event.intensity_g_per_kwh},
          {"intensity_source", event.intensity_source},
          {"emissions_g", or_null(event.emissions_g)}};
}

void read(const json& from, ReportReceived& event) {
  from.at("worker").get_to(event.worker);
  event.report = worker_message<protocol::Report>(from.at("report"));
  from.at("intensity_g_per_kwh").get_to(event.intensity_g_per_kwh);
  from.at("intensity_source").get_to(event.intensity_source);
  event.emissions_g = number_or_null(from.at("emissions_g"));
}

json fields(const RoundPlanned& event) {
  return {{"worker", event.worker}, {"plan", wire(event.plan)}};
}

void read(const json& from, RoundPlanned& event) {
  from.at("worker").get_to(event.worker);
  event.plan = worker_message<protocol::RoundPlan>(from.at("plan"));
}

json fields(const RoundDeadlinePassed& event) { return {{"round", event.round}}; }

void read(const json& from, RoundDeadlinePassed& event) { from.at("round").get_to(event.round); }

json fields(const CommandIssued& event) {
  return {{"command", wire(event.command)}, {"issued_by", event.issued_by}};
}

void read(const json& from, CommandIssued& event) {
  event.command = only<protocol::Command>(protocol::decode_viewer_frame(from.at("command").dump()));
  from.at("issued_by").get_to(event.issued_by);
}

json fields(const DirectiveAcknowledged& event) {
  return {{"worker", event.worker}, {"ack", wire(event.ack)}};
}

void read(const json& from, DirectiveAcknowledged& event) {
  from.at("worker").get_to(event.worker);
  event.ack = worker_message<protocol::DirectiveAck>(from.at("ack"));
}

json fields(const RunAbandoned&) { return json::object(); }

void read(const json& from, RunAbandoned&) {
  if (!from.is_object()) throw std::runtime_error("is not an object");
}

json fields(const WorkerStale& event) { return {{"worker", event.worker}}; }

void read(const json& from, WorkerStale& event) { from.at("worker").get_to(event.worker); }

json fields(const IntensityNoted& event) {
  return {{"region", event.region},
          {"g_per_kwh", event.g_per_kwh},
          {"source", event.source},
          {"outlook_g_per_kwh", or_null(event.outlook_g_per_kwh)}};
}

void read(const json& from, IntensityNoted& event) {
  from.at("region").get_to(event.region);
  from.at("g_per_kwh").get_to(event.g_per_kwh);
  from.at("source").get_to(event.source);
  event.outlook_g_per_kwh = number_or_null(from.at("outlook_g_per_kwh"));
}

json fields(const PoliciesChanged& event) {
  return {{"policies", json::parse(protocol::encode(event.policies))},
          {"hand_back", event.hand_back},
          {"changed_by", event.changed_by},
          {"reason", event.reason}};
}

void read(const json& from, PoliciesChanged& event) {
  auto policies = protocol::decode_policies(from.at("policies").dump());
  if (!policies) throw std::runtime_error(policies.error().message);
  event.policies = *std::move(policies);
  from.at("hand_back").get_to(event.hand_back);
  from.at("changed_by").get_to(event.changed_by);
  from.at("reason").get_to(event.reason);
}

json fields(const PolicyDecided& event) {
  const auto& decision = event.decision;
  return {{"policy", protocol::name_of(decision.policy)},
          {"what", protocol::name_of(decision.what)},
          {"workers", or_null(decision.workers)},
          {"reason", decision.reason},
          {"numbers", decision.numbers},
          {"dry_run", decision.dry_run},
          {"overruled", decision.overruled}};
}

void read(const json& from, PolicyDecided& event) {
  auto& decision = event.decision;
  decision.policy = choice<protocol::PolicyKind>(from.at("policy"));
  decision.what = choice<PolicyDecision::What>(from.at("what"));
  if (const auto& workers = from.at("workers"); !workers.is_null()) {
    decision.workers = workers.get<std::vector<std::string>>();
  }
  from.at("reason").get_to(decision.reason);
  from.at("numbers").get_to(decision.numbers);
  from.at("dry_run").get_to(decision.dry_run);
  from.at("overruled").get_to(decision.overruled);
}

// Reads `from` as the alternative of that index.
template <std::size_t... Index>
Event read_alternative(std::size_t index, const json& from, std::index_sequence<Index...>) {
  Event event;
  ((index == Index ? read(from, event.emplace<Index>()) : void()), ...);
  return event;
}

}  // namespace

std::string_view event_kind(const Event& event) { return kKinds[event.index()]; }

std::string encode_event(const Event& event) {
  return std::visit([](const auto& alternative) { return fields(alternative).dump(); }, event);
}

std::string log_line(const StoredEvent& stored) {
  return fmt::format("{{\"offset\":{},\"at\":\"{}\",\"kind\":\"{}\",\"fields\":{}}}\n",
                     stored.offset, protocol::format_timestamp(stored.at), event_kind(stored.event),
                     encode_event(stored.event));
}

tl::expected<Event, std::string> decode_event(std::string_view kind, std::string_view text) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) {
    return tl::unexpected("the event kind " + std::string(kind) +
                          " is unknown: a newer hub wrote it");
  }
  try {
    return read_alternative(static_cast<std::size_t>(found - kKinds.begin()), json::parse(text),
                            std::make_index_sequence<kKinds.size()>());
  } catch (const std::exception& problem) {
    return tl::unexpected("the document of a " + std::string(kind) + " event: " + problem.what());
  }
}

}  // namespace fedwatt::run
