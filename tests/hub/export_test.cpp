#include "fedwatt/hub/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "fakes.h"
#include "fedwatt/net/http_target.h"

// What is stored of a run, in pages.

namespace fedwatt::hub {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ExportTest : public testing::Test {
 protected:
  ExportTest() {
    hub.start();
    hub.opened(1, net::Endpoint::kWorker, {""});
    tell({{"type", "hello"}, {"run", "digits"}, {"worker", "=1+1, \"w\""}, {"token", "secret"}});
  }
  void tell(const Json& message) {
    hub.received(1, message.dump());
    committer.succeed_all();
  }
  // Offsets 1 and 2 are the run's creation and the worker's hello; so report n has offset n + 2.
  static Json make_report(int seq, const Json& more = Json::object()) {
    Json message = {{"type", "report"},
                    {"seq", seq},
                    {"round", seq},
                    {"phase", "fit"},
                    {"started_at", "2026-01-01T00:00:00Z"},
                    {"duration_s", 2}};
    message.update(more);
    return message;
  }
  void report(int seq, const Json& more = Json::object()) { tell(make_report(seq, more)); }
  void many_reports(int count, const Json& more = Json::object()) {
    Json frame = Json::array();
    for (int seq = 1; seq <= count; ++seq) frame.push_back(make_report(seq, more));
    tell(frame);
  }
  net::HttpResponse get(const std::string& target) {
    auto request = net::parse_target(target);
    request.method = "GET";
    net::HttpResponse answer{0, "", "no answer"};
    hub.answer(request, [&answer](net::HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  net::HttpResponse page(const std::string& rest) { return get("/api/v1/runs/digits/" + rest); }
  std::string run_id() const { return hub.runs().all().at(0)->run_id(); }

  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
  static std::string next_of(const net::HttpResponse& response) {
    if (response.headers.empty()) return {};
    const auto& [name, link] = response.headers.at(0);
    EXPECT_EQ(name, "Link");
    EXPECT_THAT(link, AllOf(StartsWith("<"), EndsWith(">; rel=\"next\"")));
    return link.substr(1, link.find('>') - 1);
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
};

TEST_F(ExportTest, AReportIsALineWithUnitsInTheNames) {
  report(1, {{"energy_j", {{"cpu", 1800.5}}},
             {"energy_source", {{"cpu", "rapl"}}},
             {"intensity_g_per_kwh", 200},
             {"num_examples", 7},
             {"metrics", {{"accuracy", 0.5}, {"f1", -0.25}}}});
  const auto csv = page("reports");
  EXPECT_EQ(csv.content_type, "application/x-ndjson") << "if nothing is said";
  const auto found = lines(page("reports?format=csv").body);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0],
            "run_id,offset,received_at,worker,seq,round,phase,started_at,duration_s,cpu_j,gpu_j,"
            "ram_j,machine_j,cpu_source,gpu_source,ram_source,machine_source,num_examples,accuracy,"
            "loss,metrics,bytes_sent,bytes_received,round_complete,intensity_g_per_kwh,"
            "intensity_source,emissions_g\r");
  // 1800.5 J / 3.6e6 × 200 g/kWh = 0.100027777… g. What was not measured is an empty field, and
  // a name that a spreadsheet would compute has an apostrophe before it.
  EXPECT_THAT(found[1],
              StartsWith(run_id() +
                         R"(,3,2026-01-01T00:00:00.000Z,"'=1+1, ""w""",1,1,fit,)"
                         R"(2026-01-01T00:00:00.000Z,2.0,1800.5,,,,rapl,,,,7,0.5,,)"
                         R"("{""accuracy"":0.5,""f1"":-0.25}",,,,200.0,report,0.1000277777777)"));
}

TEST_F(ExportTest, JsonLinesHaveTheSameColumnsAndNoApostrophes) {
  report(1, {{"metrics", {{"accuracy", 0.5}}}});
  const auto row = Json::parse(page("reports?format=jsonl").body);
  EXPECT_EQ(row["worker"], "=1+1, \"w\"");
  EXPECT_EQ(row["cpu_j"], nullptr);
  EXPECT_EQ(row["metrics"], (Json{{"accuracy", 0.5}}));
  EXPECT_EQ(row["emissions_g"], nullptr);
  EXPECT_EQ(row.size(), 27U);
}

TEST_F(ExportTest, TheLogIsWholeAndWithoutSecrets) {
  report(1);
  const auto log = page("events");
  std::vector<std::string> kinds;
  for (const auto& line : lines(log.body)) {
    const auto event = Json::parse(line);
    kinds.push_back(event.at("kind"));
    EXPECT_EQ(event.at("offset"), kinds.size());
    EXPECT_EQ(event.at("at"), "2026-01-01T00:00:00.000Z");
    EXPECT_TRUE(event.at("fields").is_object());
  }
  EXPECT_THAT(kinds, ElementsAre("run_created", "worker_joined", "report_received"));
  EXPECT_THAT(log.body, Not(HasSubstr("secret")));
  EXPECT_EQ(next_of(log), "");
}

TEST_F(ExportTest, PagesFollowEachOtherWithoutGapOrRepetition) {
  many_reports(1'234);
  std::vector<std::int64_t> seqs;
  int pages = 0;
  std::string target = "/api/v1/runs/digits/reports?limit=700";
  for (; !target.empty(); ++pages) {
    const auto answer = get(target);
    for (const auto& line : lines(answer.body)) seqs.push_back(Json::parse(line).at("seq"));
    target = next_of(answer);
    if (pages == 0) {
      EXPECT_EQ(target, "/api/v1/runs/" + run_id() + "/reports?format=jsonl&after=700&limit=700");
    }
  }
  EXPECT_EQ(pages, 2);  // 1236 events
  ASSERT_EQ(seqs.size(), 1'234U);
  EXPECT_TRUE(std::is_sorted(seqs.begin(), seqs.end()));
  EXPECT_EQ(seqs.back(), 1'234);
}

TEST_F(ExportTest, APageOfWhichTheLogEndsExactlyThereHasAnEmptyNextOne) {
  report(1);
  const auto next = next_of(page("reports?format=csv&limit=3"));
  ASSERT_NE(next, "");
  const auto last = get(next);
  EXPECT_EQ(lines(last.body).size(), 1U) << "the header alone";
  EXPECT_EQ(next_of(last), "");
}

TEST_F(ExportTest, APageOfLongEventsEndsBeforeItsLimit) {
  Json metrics;
  for (int i = 0; i < 64; ++i) metrics[std::string(150, 'm') + std::to_string(i)] = 0.5;
  many_reports(520, {{"round", 1}, {"metrics", metrics}});
  const auto first = page("events?limit=10000");
  // A slice of 500 events of more than 10 kB is more than 4 MiB.
  EXPECT_GT(first.body.size(), kFullPageBytes);
  EXPECT_THAT(next_of(first), HasSubstr("after=500&limit=10000"));
  EXPECT_EQ(lines(get(next_of(first)).body).size(), 22U);
}

TEST_F(ExportTest, SaysWhatIsWrongWithAQuery) {
  for (const char* query :
       {"reports?limit=0", "reports?limit=10001", "reports?limit=x", "reports?after=-1",
        "reports?after=1.5", "reports?after=99999999999999999999", "reports?format=xml",
        "events?format=csv"}) {
    EXPECT_EQ(page(query).status, 400) << query;
    EXPECT_THAT(page(query).body, HasSubstr("invalid_query")) << query;
  }
  EXPECT_EQ(get("/api/v1/runs/other/reports").status, 404);
  EXPECT_THAT(get("/api/v1/runs/other/reports").body, HasSubstr("digits"));
  EXPECT_EQ(get("/api/v1/runs/reports").status, 404) << "a run of that name is meant";
}

TEST_F(ExportTest, ARunWhoseNameEndsLikeATableIsNotOne) {
  hub.opened(2, net::Endpoint::kWorker, {""});
  hub.received(2, R"({"type":"hello","run":"digits/events","worker":"a"})");
  committer.succeed_all();
  EXPECT_EQ(Json::parse(page("events").body)["type"], "snapshot");
  EXPECT_EQ(lines(get("/api/v1/runs/digits/events/events").body).size(), 2U);
}

TEST_F(ExportTest, RoundsAsJsonLines) {
  report(1, {{"metrics", {{"accuracy", 0.5}}}});
  report(2, {{"metrics", {{"accuracy", 0.5}}}});
  const auto rounds = lines(page("rounds?format=jsonl").body);
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(Json::parse(rounds[1])["round"], 2);
}

}  // namespace
}  // namespace fedwatt::hub
