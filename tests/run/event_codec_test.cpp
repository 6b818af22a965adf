#include "fedwatt/run/event_codec.h"

#include <gmock/gmock.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::run {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

protocol::Timestamp some_time() { return *protocol::parse_timestamp("2026-01-01T00:00:00.123Z"); }

// What the event becomes in the store.
std::string stored(const Event& event) {
  return std::string(event_kind(event)) + " " + encode_event(event);
}

void expect_comes_back(const Event& event) {
  const auto decoded = decode_event(event_kind(event), encode_event(event));
  ASSERT_TRUE(decoded) << decoded.error();
  EXPECT_EQ(*decoded, event) << stored(event);
}

// The documents are part of the schema: these must stay readable for ever. A field may be added,
// and then it must be one that decode_event can do without.
struct Golden {
  const char* kind;
  const char* document;
};
constexpr Golden kVersion1[] = {
    {"run_created",
     R"({"carbon":{"default_pue":1.1,"network_intensity_g_per_kwh":480.5,)"
     R"("network_kwh_per_gb":0.02},"name":"digits",)"
     R"("rules":{"abandon_ms":300000,"deadline_ms":60000,"grace_ms":15000,"quorum":0.75},)"
     R"("target":{"goal":"min","metric":"loss"}})"},
    {"worker_joined",
     R"({"clock_offset_s":-0.25,"hello":{"framework":"flower","hardware":{"cpu":"c",)"
     R"("gpu":["g"],"ram_bytes":1},"pue":1.2,"region":"FR","role":"coordinator","run":"digits",)"
     R"("run_id":"r-1","sent_at":"2026-01-01T00:00:00.123Z",)"
     R"("target":{"goal":"max","metric":"auc"},"total_rounds":50,"type":"hello","worker":"w"}})"},
    {"worker_disconnected", R"({"worker":"w"})"},
    {"worker_lost", R"({"worker":"w"})"},
    {"worker_left", R"({"reason":"finished","worker":"w"})"},
    {"report_received",
     R"({"emissions_g":null,"intensity_g_per_kwh":56.5,"intensity_source":"table:FR",)"
     R"("report":{"bytes_received":null,"bytes_sent":7,"duration_s":12.3,)"
     R"("energy_j":{"cpu":410.2,"gpu":null,"ram":30.1},)"
     R"("energy_source":{"cpu":"rapl","gpu":null,"ram":"model"},"intensity_g_per_kwh":null,)"
     R"("metrics":{"accuracy":0.81},"num_examples":520,"phase":"fit","round":3,)"
     R"("round_complete":true,"seq":18,"started_at":"2026-01-01T00:00:00.123Z",)"
     R"("type":"report"},"worker":"w"})"},
    {"round_planned",
     R"({"plan":{"round":4,"selected":["a","b"],"type":"round_plan"},"worker":"w"})"},
    {"round_deadline_passed", R"({"round":4})"},
    {"command_issued",
     R"({"command":{"action":"pause","id":"c-1","reason":"too dear","run":"digits",)"
     R"("type":"command","workers":["a"]},"issued_by":"ada"})"},
    {"directive_acknowledged",
     R"({"ack":{"command":"c-1","round":4,"state":"paused","type":"directive_ack"},)"
     R"("worker":"w"})"},
    {"run_abandoned", "{}"},
};

// The same events as they were written once sessions, imports and the machine's energy came.
constexpr Golden kWithImports[] = {
    {"run_created",
     R"({"by_import":false,"carbon":{"default_pue":1.1,"network_intensity_g_per_kwh":480.5,)"
     R"("network_kwh_per_gb":0.02},"name":"digits",)"
     R"("rules":{"abandon_ms":300000,"deadline_ms":60000,"grace_ms":15000,"quorum":0.75},)"
     R"("target":{"goal":"min","metric":"loss"}})"},
    {"worker_joined",
     R"({"clock_offset_s":-0.25,"hello":{"framework":"flower","hardware":{"cpu":"c",)"
     R"("gpu":["g"],"ram_bytes":1},"import":null,"pue":1.2,"region":"FR","role":"coordinator",)"
     R"("run":"digits","run_id":"r-1","sent_at":"2026-01-01T00:00:00.123Z","session":null,)"
     R"("target":{"goal":"max","metric":"auc"},"total_rounds":50,"type":"hello","worker":"w"}})"},
    {"report_received",
     R"({"emissions_g":null,"intensity_g_per_kwh":56.5,"intensity_source":"table:FR",)"
     R"("report":{"bytes_received":null,"bytes_sent":7,"duration_s":12.3,)"
     R"("energy_j":{"cpu":410.2,"gpu":null,"machine":null,"ram":30.1},)"
     R"("energy_source":{"cpu":"rapl","gpu":null,"machine":null,"ram":"model"},)"
     R"("intensity_g_per_kwh":null,"metrics":{"accuracy":0.81},"num_examples":520,"phase":"fit",)"
     R"("round":3,"round_complete":true,"seq":18,"started_at":"2026-01-01T00:00:00.123Z",)"
     R"("type":"report"},"worker":"w"})"},
};

// The same as they are written since policies and editions came, and the events that came with
// them.
constexpr Golden kWithPolicies[] = {
    {"run_created",
     R"({"by_import":false,"carbon":{"default_pue":1.1,"network_intensity_g_per_kwh":480.5,)"
     R"("network_kwh_per_gb":0.02},"edition":null,"name":"digits",)"
     R"("rules":{"abandon_ms":300000,"deadline_ms":60000,"forecast_after_rounds":3,)"
     R"("grace_ms":15000,"quorum":0.75,"stale_ms":120000},)"
     R"("target":{"goal":"min","metric":"loss"}})"},
    {"worker_joined",
     R"({"clock_offset_s":-0.25,"hello":{"framework":"flower","hardware":{"cpu":"c",)"
     R"("gpu":["g"],"ram_bytes":1},"import":null,"policies":null,"pue":1.2,"region":"FR",)"
     R"("role":"coordinator","run":"digits","run_id":"r-1","sent_at":"2026-01-01T00:00:00.123Z",)"
     R"("session":null,"target":{"goal":"max","metric":"auc"},"total_rounds":50,"type":"hello",)"
     R"("worker":"w"},"region_known":true})"},
    {"worker_stale", R"({"worker":"w"})"},
    {"intensity_noted",
     R"({"g_per_kwh":56.5,"outlook_g_per_kwh":null,"region":"FR","source":"live:FR"})"},
    {"policies_changed",
     R"({"changed_by":"ada","hand_back":true,"policies":{"budget":{"act":"stop",)"
     R"("at_forecast":false,"dry_run":false,"limit_g":500.5,"limit_j":null,"warn_at":0.8},)"
     R"("confirm":null,"intensity":null,"plateau":null,"target":null},"reason":"too dear"})"},
    {"policy_decided",
     R"({"dry_run":false,"numbers":{"emissions_g":412.5,"limit_g":500.0},"overruled":true,)"
     R"("policy":"budget","reason":"412.5 g of 500 g","what":"warn","workers":["w"]})"},
};

const char* written_now(const Golden& golden) {
  for (const auto& documents : {std::span<const Golden>(kWithPolicies), {kWithImports}}) {
    for (const Golden& each : documents) {
      if (std::string_view(each.kind) == golden.kind) return each.document;
    }
  }
  return golden.document;
}

TEST(EventCodec, ReadsTheDocumentsOfAllVersionsAndWritesThoseOfToday) {
  std::set<std::string_view> kinds;
  for (const auto& documents :
       {std::span<const Golden>(kVersion1), {kWithImports}, {kWithPolicies}}) {
    for (const Golden& golden : documents) {
      kinds.insert(golden.kind);
      const auto event = decode_event(golden.kind, golden.document);
      ASSERT_TRUE(event) << event.error();
      EXPECT_EQ(stored(*event), std::string(golden.kind) + " " + written_now(golden));
      EXPECT_EQ(decode_event(golden.kind, written_now(golden)), event);
    }
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Event>);
}

TEST(EventCodec, ReadsWhatOlderHubsDidNotStoreAsWhatTheyWorkedWith) {
  const auto event = decode_event(kVersion1[0].kind, kVersion1[0].document);
  ASSERT_TRUE(event) << event.error();
  const auto& created = std::get<RunCreated>(*event);
  EXPECT_FALSE(created.by_import);
  EXPECT_EQ(created.rules.forecast_after_rounds, 3);
  EXPECT_EQ(created.edition, std::nullopt);
}

TEST(EventCodec, KeepsWhatIsNotKnownApartFromZero) {
  WorkerJoined joined;
  joined.hello.run = "digits";
  joined.hello.worker = "w";
  expect_comes_back(joined);
  joined.clock_offset_s = 0;
  joined.hello.sent_at = some_time();
  joined.region_known = false;
  expect_comes_back(joined);

  ReportReceived received;
  received.worker = "w";
  received.report.seq = 1;
  received.report.started_at = some_time();
  expect_comes_back(received);
  received.emissions_g = 0;
  received.report.energy_j = {0, 0, 0};
  received.report.round_complete = false;
  expect_comes_back(received);

  CommandIssued issued{{"c", "digits", protocol::Action::kResume, {}, ""}, ""};
  expect_comes_back(issued);
  issued.command.workers = std::vector<std::string>{"w"};
  expect_comes_back(issued);

  RunCreated created;
  created.name = "digits";
  created.edition = protocol::Edition{"r-1", "region FR", ""};
  created.edition_request = "e-1";
  created.edition_events = 30;
  expect_comes_back(created);
  expect_comes_back(IntensityNoted{"FR", 56.5, "series:FR", {}});
  expect_comes_back(IntensityNoted{"FR", 0, "series:FR", 0});
  expect_comes_back(PoliciesChanged{});
  expect_comes_back(PolicyDecided{});
  PolicyDecided decided;
  decided.decision.what = PolicyDecision::What::kResume;
  decided.decision.dry_run = true;
  decided.decision.workers = std::vector<std::string>{};  // nobody, not everybody
  expect_comes_back(decided);

  expect_comes_back(DirectiveAcknowledged{"w", {"c", protocol::DirectiveState::kRunning, {}}});
  expect_comes_back(DirectiveAcknowledged{"w", {"c", protocol::DirectiveState::kRunning, 0}});
}

TEST(EventCodec, NeverWritesAToken) {
  WorkerJoined joined;
  joined.hello.run = "digits";
  joined.hello.worker = "w";
  joined.hello.token = "s3cret";
  EXPECT_THAT(encode_event(joined), Not(HasSubstr("s3cret")));
  EXPECT_THAT(encode_event(joined), Not(HasSubstr("token")));
}

TEST(EventCodec, SaysThatANewerHubWroteAnUnknownKind) {
  const auto event = decode_event("run_teleported", "{}");
  ASSERT_FALSE(event);
  EXPECT_THAT(event.error(), HasSubstr("run_teleported"));
  EXPECT_THAT(event.error(), HasSubstr("newer hub"));
}

TEST(EventCodec, RefusesDamagedDocuments) {
  const Golden damaged[] = {
      {"worker_lost", ""},
      {"worker_lost", "{"},
      {"worker_lost", "[]"},
      {"worker_lost", "{}"},
      {"worker_lost", R"({"worker":7})"},
      {"run_abandoned", "7"},
      {"run_created", R"({"name":"digits"})"},
      {"round_planned", R"({"plan":{"round":-1,"selected":[],"type":"round_plan"},"worker":"w"})"},
      {"round_planned", R"({"plan":{"reason":"","type":"bye"},"worker":"w"})"},
      {"round_planned", R"({"plan":[],"worker":"w"})"},
      {"report_received", R"({"worker":"w","report":null})"},
      {"policies_changed",
       R"({"changed_by":"","hand_back":false,"policies":{"bugdet":{}},"reason":""})"},
      {"policies_changed", R"({"changed_by":"","hand_back":false,"policies":[],"reason":""})"},
      {"policy_decided",
       R"({"dry_run":false,"numbers":{},"overruled":false,"policy":"budget","reason":"",)"
       R"("what":"explode","workers":null})"},
  };
  for (const Golden& each : damaged) {
    const auto event = decode_event(each.kind, each.document);
    ASSERT_FALSE(event) << each.kind << each.document;
    EXPECT_THAT(event.error(), HasSubstr(each.kind));
  }
}

}  // namespace

}  // namespace fedwatt::run
