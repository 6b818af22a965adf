#include "fedwatt/hub/live_intensity_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "fakes.h"
#include "fedwatt/carbon/intensity.h"

namespace fedwatt::hub {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Remembers what was sent; answers when it is told to.
class HttpInHand : public net::HttpClient {
 public:
  void send(Request request, std::function<void(Result)> done) override {
    urls.push_back(request.url);
    waiting.emplace_back(std::move(request), std::move(done));
  }
  void answer(const Result& result) {
    const auto done = std::move(waiting.front().second);
    waiting.pop_front();
    done(result);
  }
  std::vector<std::string> take_urls() { return std::exchange(urls, {}); }

  std::deque<std::pair<Request, std::function<void(Result)>>> waiting;
  std::vector<std::string> urls;
};

const std::string kLatest = "http://maps/v3/carbon-intensity/latest?zone=";
const std::string kForecast = "http://maps/v3/carbon-intensity/forecast?zone=";

net::HttpClient::Result latest(const std::string& zone, double g_per_kwh,
                               const std::string& time = "2026-01-01T00:00:00Z") {
  const Json body = {{"zone", zone}, {"carbonIntensity", g_per_kwh}, {"datetime", time}};
  return net::HttpClient::Response{200, body.dump(), {}};
}

net::HttpClient::Result status(int code, std::optional<seconds> retry_after = {}) {
  return net::HttpClient::Response{code, "secret", retry_after};
}

class LiveIntensityFeedTest : public testing::Test {
 protected:
  LiveIntensityFeedTest() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
    known.set_live(live);
    feed.start();
  }
  ~LiveIntensityFeedTest() override { spdlog::set_default_logger(logger_before); }

  static std::vector<std::unique_ptr<const carbon::LiveProvider>> providers() {
    std::vector<std::unique_ptr<const carbon::LiveProvider>> only;
    only.push_back(carbon::electricity_maps("http://maps", "secret"));
    return only;
  }
  carbon::LiveSource source(std::string_view region) {
    return known.place_of(region).live_source().value();
  }
  carbon::Intensity now(std::string_view region) {
    return known.over(known.place_of(region), {timers.time, timers.time});
  }
  // Wants France's; its forecast is refused, so that there is nothing more of it for a day.
  void want_only_latest_of_france() {
    wanted = {source("FR")};
    timers.pass(seconds{1});
    ASSERT_THAT(http.take_urls(), ElementsAre(kLatest + "FR", kForecast + "FR"));
    std::swap(http.waiting.front(), http.waiting.back());
    http.answer(status(403));
  }
  // Lets time pass until something is asked, for two hours at most.
  minutes next_question_after() {
    const auto start = timers.time;
    while (http.urls.empty() && timers.time < start + hours{2}) timers.pass(minutes{1});
    http.take_urls();
    return std::chrono::duration_cast<minutes>(timers.time - start);
  }

  std::shared_ptr<spdlog::logger> logger_before = spdlog::default_logger();
  std::ostringstream log;
  std::shared_ptr<carbon::LiveIntensities> live =
      std::make_shared<carbon::LiveIntensities>(providers());
  carbon::Intensities known;
  HttpInHand http;
  FakeTimers timers;
  std::set<carbon::LiveSource> wanted;
  LiveIntensityFeed feed{http, timers, *live, minutes{5}, [this] { return wanted; }};
};

TEST_F(LiveIntensityFeedTest, AsksOnlyForWhatIsWanted) {
  timers.pass(hours{1});
  EXPECT_THAT(http.take_urls(), IsEmpty());
  wanted = {source("FR")};
  timers.pass(seconds{1});
  EXPECT_THAT(http.take_urls(), ElementsAre(kLatest + "FR", kForecast + "FR"));
  EXPECT_THAT(http.waiting.front().first.headers, testing::Contains("auth-token: secret"));
  http.answer(latest("FR", 58, "2026-01-01T01:00:00Z"));
  EXPECT_EQ(now("FR").source, "electricity_maps:FR");
  EXPECT_EQ(now("FR").g_per_kwh, 58);
  wanted.clear();
  timers.pass(hours{1});
  EXPECT_THAT(http.take_urls(), IsEmpty());
}

TEST_F(LiveIntensityFeedTest, TakesTheForecast) {
  wanted = {source("FR")};
  timers.pass(seconds{1});
  http.answer(latest("FR", 58));
  const Json body = {{"zone", "FR"},
                     {"forecast",
                      {{{"carbonIntensity", 60}, {"datetime", "2026-01-01T01:00:00Z"}},
                       {{"carbonIntensity", 80}, {"datetime", "2026-01-01T02:00:00Z"}}}}};
  http.answer(net::HttpClient::Response{200, body.dump(), {}});
  const auto end = timers.time + hours{3};
  // An hour at 60, one at 80
  EXPECT_EQ(known.outlook(known.place_of("FR"), {std::chrono::floor<hours>(end) - hours{2},
                                                 std::chrono::floor<hours>(end)}),
            70);
}

TEST_F(LiveIntensityFeedTest, RefreshesEveryFiveMinutesAndAsksNothingTwiceAtATime) {
  want_only_latest_of_france();
  timers.pass(hours{1});  // a provider that takes its time
  EXPECT_THAT(http.take_urls(), IsEmpty());
  http.answer(latest("FR", 58));
  for (int i = 0; i < 3; ++i) {
    // 5 minutes and at most a tenth more or less, looked at every minute
    EXPECT_THAT(next_question_after(),
                testing::AllOf(testing::Ge(minutes{5}), testing::Le(minutes{6})));
    http.answer(latest("FR", 58));
  }
}

TEST_F(LiveIntensityFeedTest, WhatFailsIsAskedLessAndLessOften) {
  want_only_latest_of_france();
  http.answer(status(500));
  // 1, 2, 4, … 60 minutes, a tenth more or less, looked at every minute
  for (const int delay : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    const auto passed = next_question_after();
    EXPECT_GE(passed, minutes{delay * 9 / 10}) << delay;
    EXPECT_LE(passed, minutes{delay * 11 / 10 + 1}) << delay;
    http.answer(tl::make_unexpected("Connection refused"));
  }
  next_question_after();
  http.answer(latest("FR", 58, protocol::format_timestamp(timers.time)));
  EXPECT_EQ(now("FR").source, "electricity_maps:FR");
  EXPECT_LE(next_question_after(), minutes{6});
  http.answer(status(500));
  EXPECT_LE(next_question_after(), minutes{2});  // from the start again
}

TEST_F(LiveIntensityFeedTest, ComesBackWhenTheProviderSaid) {
  want_only_latest_of_france();
  http.answer(status(429, minutes{47}));
  EXPECT_THAT(next_question_after(),
              testing::AllOf(testing::Ge(minutes{47}), testing::Le(minutes{48})));
  http.answer(status(503, seconds{1}));  // not sooner than after any failure
  EXPECT_GE(next_question_after(), minutes{2});
  http.answer(status(429, hours{24 * 365}));
  for (int i = 0; i < 25; ++i) timers.pass(hours{1});
  EXPECT_THAT(http.take_urls(), testing::Contains(kLatest + "FR"));
}

TEST_F(LiveIntensityFeedTest, ARefusalIsTakenAtItsWordForADay) {
  wanted = {source("FR"), source("DE")};
  timers.pass(seconds{1});
  while (!http.waiting.empty()) http.answer(status(401));
  http.take_urls();
  timers.pass(hours{23});
  EXPECT_THAT(http.take_urls(), IsEmpty());
  timers.pass(hours{2});
  EXPECT_EQ(http.take_urls().size(), 4U);
  while (!http.waiting.empty()) http.answer(status(403));
  // One warning, whatever comes, and no secret in it.
  const auto text = log.str();
  EXPECT_EQ(text.find("[warning]"), text.rfind("[warning]"));
  EXPECT_THAT(text, HasSubstr("[warning] electricity_maps:DE is refused with HTTP status 401"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST_F(LiveIntensityFeedTest, NonsenseIsNotTaken) {
  want_only_latest_of_france();
  for (const auto& result : {latest("DE", 58), latest("FR", -1), latest("FR", 1e9),
                             latest("FR", 58, "2999-01-01T00:00:00Z"), status(200), status(204),
                             status(302), status(404)}) {
    http.answer(result);
    EXPECT_EQ(now("FR").source, "table:FR");
    next_question_after();
  }
}

TEST_F(LiveIntensityFeedTest, WhoComesAndGoesBringsNoMoreQuestions) {
  want_only_latest_of_france();
  http.answer(latest("FR", 58));
  for (int i = 0; i < 200; ++i) {
    wanted = i % 2 == 0 ? std::set<carbon::LiveSource>{} : std::set{source("FR")};
    timers.pass(seconds{1});
  }
  EXPECT_THAT(http.take_urls(), IsEmpty());
}

TEST_F(LiveIntensityFeedTest, SoManyQuestionsAndNoMore) {
  const auto* const provider = source("FR").provider;
  for (int i = 0; i < 2'000; ++i) wanted.insert({provider, "XX-" + std::to_string(i)});
  std::set<std::string> asked;
  for (int i = 0; i < 400; ++i) {
    timers.pass(seconds{1});
    EXPECT_LE(http.waiting.size(), LiveIntensityFeed::kMostUnderWay);
    while (!http.waiting.empty()) http.answer(status(404));
    for (auto& url : http.take_urls()) asked.insert(std::move(url));
  }
  // All get their turn, though those that failed first are due again.
  EXPECT_EQ(asked.size(), 2 * LiveIntensityFeed::kMostGrids);
}

}  // namespace
}  // namespace fedwatt::hub
