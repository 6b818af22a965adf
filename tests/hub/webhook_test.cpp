#include "fedwatt/hub/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "fakes.h"
#include "fedwatt/hub/alert_desk.h"

namespace fedwatt::hub {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// Takes POSTs and answers them when it is told to.
class FakeReceiver : public net::HttpClient {
 public:
  void send(Request request, std::function<void(Result)> done) override {
    requests.push_back(std::move(request));
    done_.push_back(std::move(done));
  }
  void answer(int status, std::optional<seconds> retry_after = {}) {
    finish(Response{status, "", retry_after});
  }
  void fail() { finish(tl::unexpected(std::string("no connection"))); }
  std::size_t under_way() const { return done_.size(); }
  Json body(std::size_t i) const { return Json::parse(requests.at(i).body); }
  Json last_body() const { return body(requests.size() - 1); }

  std::vector<Request> requests;

 private:
  void finish(Result result) {
    const auto done = std::move(done_.front());
    done_.pop_front();
    done(std::move(result));
  }
  std::deque<std::function<void(Result)>> done_;
};

class WebhookTest : public testing::Test {
 protected:
  static PostedAlert alert(int number, const std::string& run_id = "run-1") {
    return {run_id,
            std::make_shared<const std::string>(Json{{"run_id", run_id}, {"n", number}}.dump()),
            Json{{"n", number}}.dump()};
  }
  static std::vector<PostedAlert> alerts(int from, int to) {
    std::vector<PostedAlert> made;
    for (int number = from; number <= to; ++number) made.push_back(alert(number));
    return made;
  }
  // The alerts of a POST.
  static std::vector<int> numbers(const Json& body) {
    std::vector<int> found;
    for (const auto& each : body.at("alerts")) found.push_back(each.at("n"));
    return found;
  }
  std::vector<int> last_numbers() const { return numbers(receiver.last_body()); }
  // How long it waits before the next POST.
  milliseconds pause() const { return timers.tasks.begin()->first - timers.now(); }

  FakeReceiver receiver;
  FakeTimers timers;
  Webhook webhook{receiver, timers, "https://example.org/hook", {"Authorization: Bearer s3cret"}};
};

TEST_F(WebhookTest, PostsTheAlertsOfACommitTogether) {
  webhook.add(alerts(1, 3));
  ASSERT_THAT(receiver.requests, SizeIs(1));
  const auto& request = receiver.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://example.org/hook");
  EXPECT_THAT(request.headers,
              ElementsAre("Authorization: Bearer s3cret", "Content-Type: application/json"));
  const auto body = receiver.last_body();
  EXPECT_THAT(numbers(body), ElementsAre(1, 2, 3));
  EXPECT_EQ(body["run"]["n"], 3) << "the run as the last of them left it";
  EXPECT_EQ(body["dropped"], 0);
  EXPECT_EQ(body["sent_at"], "2026-01-01T00:00:00.000Z");
  EXPECT_FALSE(body["hub"].get<std::string>().empty());
}

TEST_F(WebhookTest, HasOnePostUnderWayAndOneASecond) {
  webhook.add({alert(1)});
  webhook.add({alert(2)});
  webhook.add({alert(3)});
  EXPECT_EQ(receiver.under_way(), 1U);
  timers.pass(seconds{5});
  EXPECT_THAT(receiver.requests, SizeIs(1)) << "the first is not answered yet";
  receiver.answer(200);
  EXPECT_THAT(receiver.requests, SizeIs(1));
  timers.pass(seconds{1});
  ASSERT_THAT(receiver.requests, SizeIs(2));
  EXPECT_THAT(last_numbers(), ElementsAre(2, 3));
  receiver.answer(204);
  timers.pass(seconds{60});
  EXPECT_THAT(receiver.requests, SizeIs(2));
  webhook.add({alert(4)});
  EXPECT_THAT(last_numbers(), ElementsAre(4)) << "at once";
}

TEST_F(WebhookTest, KeepsTheOrderAndOneRunInAPost) {
  webhook.add({alert(1, "a"), alert(2, "a"), alert(3, "b"), alert(4, "a")});
  std::vector<std::vector<int>> posts;
  while (receiver.under_way() > 0) {
    posts.push_back(last_numbers());
    receiver.answer(200);
    timers.pass(seconds{1});
  }
  EXPECT_THAT(posts, ElementsAre(ElementsAre(1, 2), ElementsAre(3), ElementsAre(4)));
  webhook.add(alerts(1, 101));
  EXPECT_THAT(receiver.last_body()["alerts"], SizeIs(100));
}

TEST_F(WebhookTest, TriesAgainWithPausesThatDouble) {
  webhook.add({alert(1)});
  struct Attempt {
    int bound_s;
    std::function<void()> answer;
  };
  const auto fails = [this] { receiver.fail(); };
  const auto answers = [this](int status) { return [this, status] { receiver.answer(status); }; };
  // It waits for half of the bound to the whole, which doubles to 5 min.
  const std::vector<Attempt> attempts = {{1, fails},          {2, answers(500)},  {4, answers(503)},
                                         {8, answers(408)},   {16, answers(429)}, {32, fails},
                                         {64, fails},         {128, fails},       {256, fails},
                                         {300, answers(599)}, {300, fails}};
  for (const auto& [bound_s, answer] : attempts) {
    answer();
    EXPECT_LE(pause(), seconds{bound_s});
    EXPECT_GE(pause(), seconds{bound_s} / 2);
    webhook.add({alert(2)});
    EXPECT_EQ(receiver.under_way(), 0U) << "not before its time";
    timers.pass(pause());
    ASSERT_EQ(receiver.under_way(), 1U);
    EXPECT_EQ(last_numbers().front(), 1);
  }
  receiver.answer(200);
  timers.pass(seconds{1});
  EXPECT_THAT(receiver.requests, SizeIs(12)) << "all that came meanwhile went along";
  webhook.add({alert(3)});
  receiver.fail();
  EXPECT_LE(pause(), seconds{1}) << "it starts over";
}

TEST_F(WebhookTest, HonoursRetryAfterUpToABound) {
  webhook.add({alert(1)});
  receiver.answer(429, seconds{30});
  EXPECT_EQ(pause(), seconds{30});
  timers.pass(seconds{30});
  receiver.answer(503, seconds{1});
  EXPECT_GE(pause(), seconds{1});
  timers.pass(pause());
  receiver.answer(503, seconds{86'400});
  EXPECT_EQ(pause(), seconds{300});
}

TEST_F(WebhookTest, DropsWhatIsRefusedAndCountsIt) {
  for (const int status : {400, 404, 301}) {
    webhook.add({alert(status)});
    EXPECT_THAT(last_numbers(), ElementsAre(status));
    receiver.answer(status);
    timers.pass(seconds{1});
  }
  webhook.add({alert(1)});
  EXPECT_EQ(receiver.last_body()["dropped"], 3);
  receiver.answer(200);
  timers.pass(seconds{1});
  webhook.add({alert(2)});
  EXPECT_EQ(receiver.last_body()["dropped"], 0) << "said once";
}

TEST_F(WebhookTest, DropsTheOldestOfTooMany) {
  webhook.add(alerts(1, 100));
  webhook.add(alerts(101, 1'150));  // 1 to 100 are under way, 101 to 150 are too many
  receiver.fail();                  // and with 1 to 100 back, so are 1 to 100
  timers.pass(seconds{1});
  EXPECT_EQ(receiver.last_body()["dropped"], 150);
  EXPECT_EQ(last_numbers().front(), 151);
  EXPECT_EQ(last_numbers().back(), 250);
  receiver.answer(200);
  std::size_t delivered = 100;
  for (timers.pass(seconds{1}); receiver.under_way() > 0; timers.pass(seconds{1})) {
    EXPECT_EQ(receiver.last_body()["dropped"], 0);
    delivered += last_numbers().size();
    receiver.answer(200);
  }
  EXPECT_EQ(delivered, 1'000U);
}

TEST_F(WebhookTest, ForgetsAnAlertAfterAnHour) {
  webhook.add({alert(1)});
  const auto end = timers.now() + hours{1};
  receiver.fail();
  while (timers.now() <= end) {
    timers.pass(pause());
    if (receiver.under_way() > 0) receiver.fail();
  }
  EXPECT_EQ(receiver.under_way(), 0U) << "it was given up";
  webhook.add({alert(2)});
  EXPECT_THAT(last_numbers(), ElementsAre(2));
  EXPECT_EQ(receiver.last_body()["dropped"], 1);
}

// Everything that is logged, until the end of the scope.
class Log {
 public:
  Log() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)));
  }
  ~Log() { spdlog::set_default_logger(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(WebhookTest, LogsNoSecretAndOneLineForATrouble) {
  const Log log;
  Webhook secret(receiver, timers, "https://user:s3cret@example.org:8443/s3cret?key=s3cret",
                 {"Authorization: Bearer s3cret"});
  secret.add({alert(1)});
  for (int i = 0; i < 5; ++i) {
    receiver.fail();
    timers.pass(pause());
  }
  receiver.answer(200);
  timers.pass(seconds{1});
  secret.add({alert(2)});
  receiver.answer(404);
  EXPECT_THAT(log.text(), HasSubstr("https://example.org:8443 did not answer: no connection"));
  EXPECT_THAT(log.text(), HasSubstr("https://example.org:8443 answered 404, so 1 alerts"));
  EXPECT_THAT(log.text(), Not(HasSubstr("s3cret")));
  const auto text = log.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;  // away, back, refused
}

TEST(CheckedWebhooks, SaysWhatIsWrongWithoutTheSecret) {
  EXPECT_TRUE(checked_webhooks({"http://127.0.0.1:1", "https://[::1]:1/x?y"}, {"X-Key: a b"}));
  for (const auto* url : {"", "example.org/s3cret", "ftp://example.org/s3cret", "https:///s3cret",
                          "https://:80/s3cret", "https://example.org/s3 cret",
                          "http://example.org/\ns3cret", "https://s3cret@"}) {
    const auto checked = checked_webhooks({"https://example.org", url}, {});
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error(),
              "--alert-webhook, the URL number 2, is not http://HOST/… or https://HOST/…");
  }
  for (const auto* header : {"s3cret", ": s3cret", "Na me: s3cret", "Name: s3cret\r\nOther: x"}) {
    const auto checked = checked_webhooks({}, {header});
    ASSERT_FALSE(checked) << header;
    EXPECT_EQ(checked.error(), "--alert-webhook-header, number 1, is not 'Name: value'");
  }
  EXPECT_FALSE(checked_webhooks(std::vector<std::string>(9, "https://example.org"), {}));
}

// ---- in the hub ---------------------------------------------------------------------------------

class AlertDeskTest : public testing::Test {
 protected:
  AlertDeskTest() {
    hub.tell_of_alerts(desk);
    hub.start();
  }
  net::ConnectionId worker(const std::string& name, const std::string& region) {
    hub.opened(++last_connection, net::Endpoint::kWorker, {"127.0.0.1:1"});
    const Json hello = {{"type", "hello"}, {"run", "digits"}, {"worker", name}, {"region", region}};
    hub.received(last_connection, hello.dump());
    return last_connection;
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  FakeReceiver receiver;
  AlertDesk desk{receiver, timers, {{"http://one.example", "http://two.example"}, {}}};
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

TEST_F(AlertDeskTest, TellsEveryWebhookAfterTheCommit) {
  worker("a", "Atlantis");
  timers.pass(seconds{1});
  EXPECT_THAT(receiver.requests, IsEmpty()) << "not committed yet";
  committer.succeed_all();
  ASSERT_THAT(receiver.requests, SizeIs(2));
  EXPECT_EQ(receiver.requests[0].url, "http://one.example");
  EXPECT_EQ(receiver.requests[1].url, "http://two.example");
  EXPECT_EQ(receiver.requests[0].body, receiver.requests[1].body);

  const auto& run = *hub.runs().all()[0];
  const auto body = receiver.last_body();
  EXPECT_EQ(body["run"], (Json{{"run_id", run.run_id()},
                               {"name", "digits"},
                               {"state", "running"},
                               {"round", nullptr},
                               {"accuracy", nullptr},
                               {"emissions_g", nullptr},
                               {"energy_j", nullptr}}));
  ASSERT_THAT(body["alerts"], SizeIs(1));
  const auto& alert = body["alerts"][0];
  EXPECT_EQ(alert["id"], run.run_id() + ":2:unknown_region");  // after run_created
  EXPECT_EQ(alert["type"], "event");
  EXPECT_EQ(alert["kind"], "unknown_region");
  EXPECT_EQ(alert["alert"], true);
  EXPECT_EQ(alert["worker"], "a");
}

TEST_F(AlertDeskTest, SaysNothingOfWhatIsNoAlertAndOfWhatIsReadBack) {
  worker("a", "");
  committer.succeed_all();
  EXPECT_THAT(receiver.requests, IsEmpty());
  worker("b", "Atlantis");
  committer.succeed_all();
  EXPECT_THAT(receiver.requests, SizeIs(2));

  FakeReceiver receiver_again;
  FakeCommitter committer_again;
  AlertDesk desk_again(receiver_again, timers, {{"http://one.example"}, {}});
  Hub again(committer_again, peers, timers, {}, [](const store::StoreError&) {});
  again.tell_of_alerts(desk_again);
  for (auto event : committer.stored) again.replay(std::move(event));
  again.start();
  committer_again.succeed_all();
  EXPECT_THAT(receiver_again.requests, IsEmpty());
}

TEST_F(AlertDeskTest, AThousandWorkersLostAreTenPosts) {
  std::vector<net::ConnectionId> connections;
  for (int i = 0; i < 1'000; ++i) connections.push_back(worker("w" + std::to_string(i), "FR"));
  committer.succeed_all();
  for (const auto connection : connections) hub.closed(connection);
  committer.succeed_all();
  timers.pass(seconds{31});
  committer.succeed_all();
  std::set<std::string> ids;
  int posts = 0;
  for (; receiver.under_way() > 0; timers.pass(seconds{1})) {
    ++posts;
    const auto body = receiver.last_body();
    for (const auto& alert : body["alerts"]) ids.insert(alert["id"]);
    while (receiver.under_way() > 0) receiver.answer(200);  // both webhooks'
  }
  EXPECT_EQ(posts, 10);
  EXPECT_EQ(ids.size(), 1'000U);
}

}  // namespace
}  // namespace fedwatt::hub
