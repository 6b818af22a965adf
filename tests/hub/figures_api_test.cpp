#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/hub/http_api.h"
#include "fedwatt/net/http_target.h"

namespace fedwatt::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class FiguresApiTest : public testing::Test {
 protected:
  FiguresApiTest() {
    hub.start();
    train("a b", 0.5);
    train("c/figures", 0.75);
  }
  // One round of 3.6 kJ at 1000 g/kWh: 1 g.
  void train(const std::string& name, double accuracy) {
    hub.opened(++connection, net::Endpoint::kWorker, {""});
    const Json hello = {{"type", "hello"}, {"run", name}, {"worker", "w"}};
    const Json report = {{"type", "report"},
                         {"seq", 1},
                         {"round", 1},
                         {"phase", "fit"},
                         {"started_at", "2026-01-01T00:00:00Z"},
                         {"duration_s", 2},
                         {"energy_j", {{"cpu", 3600}}},
                         {"intensity_g_per_kwh", 1000},
                         {"metrics", {{"accuracy", accuracy}}}};
    hub.received(connection, Json::array({hello, report}).dump());
    committer.succeed_all();
  }
  net::HttpResponse get(const std::string& target) {
    auto request = net::parse_target(target);
    request.method = "GET";
    net::HttpResponse answer{0, "", "no answer"};
    hub.answer(request, [&answer](net::HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  std::string problem(const std::string& target) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 400) << target;
    return Json::parse(answer.body)["error"]["message"];
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
  net::ConnectionId connection = 0;
};

TEST_F(FiguresApiTest, TheFiguresOfARun) {
  const auto figures = Json::parse(get("/api/v1/runs/a%20b/figures?target=0.5").body);
  EXPECT_EQ(figures["name"], "a b");
  EXPECT_EQ(figures["emissions_g"], 1);
  EXPECT_EQ(figures["to_target"]["emissions_g"], 1);
  EXPECT_EQ(figures["zeus"]["eta"], 0.5);
  // A run's name may end like the path.
  EXPECT_EQ(Json::parse(get("/api/v1/runs/c/figures").body)["run"]["name"], "c/figures");
  EXPECT_EQ(Json::parse(get("/api/v1/runs/c/figures/figures").body)["name"], "c/figures");
}

TEST_F(FiguresApiTest, RunsSideBySide) {
  const auto answer = get("/api/v1/compare?run=a+b&run=c%2Ffigures&emissions_g=0.5");
  const auto comparison = Json::parse(answer.body);
  EXPECT_EQ(comparison["target_value"], 0.5);
  EXPECT_EQ(comparison["emissions_g"], 0.5);
  EXPECT_EQ(comparison["runs"][0]["name"], "a b");
  EXPECT_EQ(comparison["runs"][0]["within_emissions"]["target_value"], nullptr);
  EXPECT_EQ(comparison["runs"][1]["target_gain"], 0.25);
  EXPECT_EQ(comparison["runs"][1]["on_pareto_front"], true);
  EXPECT_EQ(comparison["runs"][0]["on_pareto_front"], false);
}

TEST_F(FiguresApiTest, SaysWhichParameterIsWrongAndHow) {
  const std::string figures = "/api/v1/runs/c%2Ffigures/figures?";
  EXPECT_THAT(problem(figures + "target=81"), HasSubstr("target 81 is outside 0..1: give a fract"));
  EXPECT_THAT(problem(figures + "eta=x"), HasSubstr("eta must be a number, not \"x\""));
  EXPECT_THAT(problem(figures + "max_power_w=1e13"), HasSubstr("max_power_w 1e13 is outside"));
  EXPECT_THAT(problem(figures + "emissions_g=1&emissions_g=2"), HasSubstr("is given twice"));
  EXPECT_THAT(problem(figures + "run=x"), HasSubstr("no parameter run here"));
  EXPECT_THAT(problem("/api/v1/compare?run=a%20b"), HasSubstr("run must be given from 2 to 50"));
  EXPECT_THAT(problem("/api/v1/compare?run=a%20b&run=a+b"), HasSubstr("a b is given twice"));
  EXPECT_EQ(get("/api/v1/compare?run=a%20b&run=nobody").status, 404);
  EXPECT_EQ(get("/api/v1/compared").status, 404);
}

TEST(Query, IsDecodedAsFormsAreWritten) {
  EXPECT_THAT(net::parse_query("run=a%20b&run=c+d&x=%2B%26%3D&&empty=&flag&%zz=%"),
              ElementsAre(Pair("run", "a b"), Pair("run", "c d"), Pair("x", "+&="),
                          Pair("empty", ""), Pair("flag", ""), Pair("%zz", "%")));
  EXPECT_THAT(net::parse_query(""), IsEmpty());
  EXPECT_EQ(net::query_value("a=1&b=%CE%B2&a=2", "b"), "β");
  EXPECT_EQ(net::query_value("a=1&a=2", "a"), "1");
}

}  // namespace
}  // namespace fedwatt::hub
