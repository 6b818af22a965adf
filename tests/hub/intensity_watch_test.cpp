#include "fedwatt/hub/intensity_watch.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes.h"

namespace fedwatt::hub {
namespace {

// A run of 10 rounds of 10 s each in France, whose grid has 100 g/kWh in the first hour of the day
// and 40 afterwards; three rounds are closed, so 70 s are left.
class IntensityWatchTest : public testing::Test {
 protected:
  IntensityWatchTest() {
    intensities.set_series("FR", carbon::IntensitySeries::parse("timestamp,g_per_kwh\n"
                                                                "2026-01-01T00:00:00Z,100\n"
                                                                "2026-01-01T01:00:00Z,40\n"
                                                                "2026-01-01T02:00:00Z,40\n")
                                     .value());
    run = runs.create("digits", false, timers.now());
    runs.record(*run, run::RunCreated{"digits", {}, {}, {}}, timers.now());
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = "a";
    hello.region = "FR";
    hello.total_rounds = 10;
    runs.record(*run, run::WorkerJoined{hello, {}}, timers.now());
  }
  void close_three_rounds() {
    for (int round = 1; round <= 3; ++round) {
      run::ReportReceived received;
      received.worker = "a";
      received.report.seq = round;
      received.report.round = round;
      received.report.started_at = timers.now();
      received.report.duration_s = 10;
      received.report.round_complete = true;
      runs.record(*run, std::move(received), timers.now());
    }
  }

  FakeTimers timers;
  FakeCommitter committer;
  CommitCycle cycle{committer, timers, {[] { return Delivery([] {}); }, [](const auto&) {}}};
  Runs runs{cycle, [](auto&&...) {}};
  carbon::Intensities intensities;
  IntensityWatch watch{runs, intensities, timers};
  run::Run* run = nullptr;
};

TEST_F(IntensityWatchTest, NotesNothingThatNobodyHasAUseFor) {
  watch.tick();
  EXPECT_TRUE(run->noted().empty()) << "nothing is forecast yet, and no policy looks at grids";
}

TEST_F(IntensityWatchTest, NotesWhatIsExpectedForTheRestOfTheRun) {
  close_three_rounds();
  timers.pass(std::chrono::seconds{3'565});  // 35 s before one o'clock: half of what is left
  watch.tick();
  const auto& noted = run->noted().at("FR");
  EXPECT_EQ(noted.g_per_kwh, 100);
  EXPECT_EQ(noted.source, "series:FR");
  ASSERT_TRUE(noted.outlook_g_per_kwh);
  EXPECT_DOUBLE_EQ(*noted.outlook_g_per_kwh, 70);
}

TEST_F(IntensityWatchTest, NotesAgainWhatHasChangedOnly) {
  close_three_rounds();
  watch.tick();
  const auto offset = run->offset();
  timers.pass(IntensityWatch::kEvery);
  watch.tick();
  EXPECT_EQ(run->offset(), offset) << "as before";
  timers.pass(std::chrono::hours{1});
  watch.tick();
  EXPECT_EQ(run->offset(), offset + 1);
  EXPECT_EQ(run->noted().at("FR").g_per_kwh, 40);
}

}  // namespace
}  // namespace fedwatt::hub
