#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy_scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::IntensityPolicy;

// Whatever happens: replayed, a run decides at the same events the same as it did, which is stored
// as the next event, and ends in the same state.
TEST(RunPolicies, AReplayDecidesTheSame) {
  std::size_t decided = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    std::mt19937 random(seed);
    const auto one_of = [&random](int count) {
      return static_cast<int>(random() % unsigned(count));
    };
    PolicyScenario s({0.5, 60'000, 30'000, 600'000});
    const std::vector<std::string> workers = {"a", "b", "c"};
    const std::vector<std::string> regions = {"DE", "FR", "PL"};
    for (const auto& worker : workers) s.join_in(worker, regions[unsigned(one_of(3))]);
    std::int64_t round = 1;
    for (int step = 0; step < 300 && !s.run.ended(); ++step) {
      const std::string& worker = workers[unsigned(one_of(3))];
      s.wait_s(one_of(20));
      s.tick();
      switch (one_of(12)) {
        case 0: {
          auto policies = one_of(2) == 0 ? budget(s.run.view().emissions_g.value_or(0) + 40)
                                         : intensity(IntensityPolicy::Scope(one_of(2)));
          if (one_of(3) == 0) policies.confirm = protocol::ConfirmPolicy{round + 1};
          if (one_of(3) == 0) {
            policies.plateau.emplace();
            policies.plateau->rounds = 1 + one_of(3);
            policies.plateau->least_gain = 0.05;
          }
          s.set(policies, {}, one_of(2) == 0);
          break;
        }
        case 1:
          s.set({}, {PolicyKind(one_of(5))}, one_of(2) == 0);
          break;
        case 2: {
          const Event event = CommandIssued{
              {"c-" + std::to_string(step), "digits",
               one_of(3) == 0 ? Action::kPause : Action::kResume,
               one_of(2) == 0 ? std::nullopt : std::optional(std::vector{worker}), ""},
              "ada"};
          if (!s.run.refuse(event)) s.apply(event);
          break;
        }
        case 3:
        case 4:
          s.note(regions[unsigned(one_of(3))], 100 + one_of(300));
          break;
        case 5:
          s.disconnect(worker);
          s.join_in(worker, regions[unsigned(one_of(3))]);
          break;
        default:
          if (one_of(4) == 0) ++round;
          s.report(worker, std::max<std::int64_t>(1, round - one_of(2)),
                   {.accuracy = 0.01 * one_of(100), .num_examples = 10, .emissions_g = one_of(5)});
      }
    }

    fedwatt::run::Run again("run-1");
    for (std::size_t i = 0; i < s.log.size(); ++i) {
      const auto effects = again.apply(s.log[i].event, s.log[i].at);
      const bool decides = !effects.follow_ups.empty();
      decided += decides ? 1 : 0;
      ASSERT_LE(effects.follow_ups.size(), 1U);
      const bool stored =
          i + 1 < s.log.size() && std::holds_alternative<PolicyDecided>(s.log[i + 1].event);
      ASSERT_EQ(decides, stored) << "seed " << seed << ", event " << i;
      if (decides) {
        EXPECT_EQ(effects.follow_ups[0], s.log[i + 1].event);
      }
    }
    EXPECT_EQ(again.snapshot(), s.run.snapshot()) << "seed " << seed;
  }
  EXPECT_GT(decided, 100U);
}

}  // namespace
}  // namespace fedwatt::run
