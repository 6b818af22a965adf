#include "fedwatt/hub/http_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/net/http_target.h"

namespace fedwatt::hub {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HttpApiTest : public testing::Test {
 protected:
  HttpApiTest() {
    hub.start();
    hub.opened(1, net::Endpoint::kWorker, {""});
    hub.received(1, R"([{"type":"hello","run":"my/run","worker":"a"},
      {"type":"report","seq":1,"round":0,"phase":"fit","started_at":"2026-01-01T00:00:00Z",
       "duration_s":2,"energy_j":{"cpu":1800},"intensity_g_per_kwh":200,"metrics":{"accuracy":0.5}}])");
    committer.succeed_all();
  }
  net::HttpResponse get(const std::string& target, const std::string& accept = "",
                        const std::string& method = "GET") {
    auto request = net::parse_target(target);
    request.method = method;
    request.accept = accept;
    net::HttpResponse answer{0, "", "no answer"};
    hub.answer(request, [&answer](net::HttpResponse response) { answer = std::move(response); });
    return answer;
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
};

TEST_F(HttpApiTest, IsAliveAndReady) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(HttpApiTest, IsNotReadyWhileTheStoreIsAway) {
  hub.received(1, R"({"type":"directive_ack","command":"c","state":"paused"})");
  hub.received(1, R"({"type":"bye"})");
  committer.fail(store::StoreError::Kind::kUnavailable);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("the disk is full"));
  EXPECT_EQ(get("/api/v1/runs").status, 503);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpApiTest, ListsRunsAndRounds) {
  const auto runs = Json::parse(get("/api/v1/runs").body);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0]["name"], "my/run");
  const std::string id = runs[0]["run_id"];
  EXPECT_EQ(Json::parse(get("/api/v1/runs/" + id).body)["run"]["run_id"], id);
  EXPECT_EQ(Json::parse(get("/api/v1/runs/my%2Frun").body)["run"]["run_id"], id);
  const auto rounds = Json::parse(get("/api/v1/runs/my/run/rounds").body);
  ASSERT_EQ(rounds.size(), 1U);
  EXPECT_EQ(rounds[0]["round"], 0);
  EXPECT_EQ(rounds[0]["energy_j"], 1800);
}

TEST_F(HttpApiTest, WritesRoundsAsCsv) {
  const auto csv = get("/api/v1/runs/my%2Frun/rounds?format=csv");
  EXPECT_THAT(csv.content_type, StartsWith("text/csv"));
  EXPECT_THAT(csv.body, StartsWith("round,revision,closed_by,accuracy,"));
  // 1800 J / 3.6e6 × 200 g/kWh = 0.1 g; no gain for the first round: an empty field
  EXPECT_THAT(csv.body,
              HasSubstr("\r\n0,1,all_reported,0.5,workers,0.5,,0.5,,1800,unnamed,ram,0.1,"));
  EXPECT_THAT(csv.body, HasSubstr(",bytes_received,cpu_j,gpu_j,ram_j,machine_j\r\n"));
  EXPECT_THAT(csv.body, EndsWith(",1800,,,\r\n"));
  EXPECT_EQ(get("/api/v1/runs/my%2Frun/rounds", "text/csv").body, csv.body);
}

TEST_F(HttpApiTest, SaysWhatIsNotThere) {
  EXPECT_EQ(get("/api/v1/runs/nothing").status, 404);
  EXPECT_THAT(get("/api/v1/runs/nothing").body, HasSubstr("my/run"));
  EXPECT_EQ(get("/nowhere").status, 404);
  EXPECT_EQ(get("/api/v1/runsomething").status, 404);
  EXPECT_EQ(get("/api/v1/runs/my/run/figures/rounds").status, 404) << "only one part is taken off";
  EXPECT_EQ(get("/api/v1/runs", "", "POST").status, 405);
}

TEST(HttpTarget, SplitsAndDecodes) {
  const auto request = net::parse_target("/a%20b/%zz?x=1&format=csv");
  EXPECT_EQ(request.path, "/a b/%zz");
  EXPECT_EQ(net::query_value(request.query, "format"), "csv");
  EXPECT_EQ(net::query_value(request.query, "y"), "");
}

}  // namespace
}  // namespace fedwatt::hub
