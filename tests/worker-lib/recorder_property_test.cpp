#include <gtest/gtest.h>

#include <random>

#include "session/recorder.h"

// Whatever a training calls in whatever order: each moment and each joule is in one report.

namespace fedwatt::session {
namespace {

using protocol::Phase;

// Times and energies are multiples of this, so that their sums are exact.
constexpr double kUnit = 1.0 / 1'024;

class RandomTraining {
 public:
  explicit RandomTraining(std::uint32_t seed) : random_(seed) {}

  void run(int calls) {
    for (int call = 0; call < calls; ++call) {
      pass();
      one_call();
    }
    pass();
    take(recorder_.close());
  }

  void check() const {
    double energy_j = 0;
    double duration_s = 0;
    for (const auto& report : reports_) {
      energy_j += report.energy_j.cpu_j.value_or(0);
      duration_s += report.duration_s;
      EXPECT_GE(report.duration_s, 0);
      EXPECT_GE(report.round, 0);
      const bool empty = report.duration_s == 0 && report.energy_j.cpu_j.value_or(0) == 0;
      EXPECT_TRUE(!empty || report.round_complete.value_or(false));
      EXPECT_EQ(report.metrics.empty(), !report.round_complete.value_or(false));
    }
    EXPECT_EQ(energy_j, read_j_);
    // What was never read is a last gap that is too short for a report.
    EXPECT_EQ(duration_s, now_s_ - unread_s_);
    EXPECT_LT(unread_s_, 0.05);
    EXPECT_EQ(results_, given_);
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<>(0, below - 1)(random_); }

  // No time, a short gap or a long one.
  void pass() {
    const double seconds = std::vector{0.0, kUnit * pick(50), kUnit * pick(5'000)}[pick(3)];
    now_s_ += seconds;
    unread_s_ += seconds;
    unread_j_ += seconds * pick(100);
  }

  void one_call() {
    switch (pick(8)) {
      case 0:
      case 1:
        return take(recorder_.begin_round(round_ += pick(2)));
      case 2:
      case 3:
        return take(recorder_.begin_phase(++id_, static_cast<Phase>(pick(5))));
      case 4:
        return take(recorder_.end_phase(id_));
      case 5:
        ++given_;
        return take(recorder_.finish_round({{{"accuracy", 0.5}}, {}, {}, {}}));
      case 6:
        take(recorder_.begin_round(round_));
        return recorder_.pause();
      default:
        return take(pick(2) == 0 ? recorder_.report_pause() : recorder_.resume());
    }
  }

  void take(Recorder::Reports reports) {
    for (auto& report : reports) {
      if (report.round_complete.value_or(false)) ++results_;
      reports_.push_back(std::move(report));
    }
  }

  energy::Lap lap() {
    energy::Lap lap;
    unread_s_ = 0;
    read_j_ += unread_j_;
    lap.energy_j.cpu_j = std::exchange(unread_j_, 0);
    lap.source.cpu = "rapl";
    if (pick(10) == 0) lap.source.cpu = "cpu_load";  // gaps alike are added up, others are not
    return lap;
  }

  std::mt19937 random_;
  double now_s_ = 0;
  double unread_s_ = 0;
  double unread_j_ = 0;
  double read_j_ = 0;
  std::int64_t round_ = 1;
  std::uint64_t id_ = 0;
  int given_ = 0;    // results by the training
  int results_ = 0;  // in reports
  Recorder::Reports reports_;
  Recorder recorder_{{.now =
                          [this] {
                            return Instant{protocol::Timestamp(), now_s_};
                          },
                      .lap = [this] { return lap(); }}};
};

TEST(RecorderProperty, EveryJouleIsInOneReport) {
  for (std::uint32_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTraining training(seed);
    training.run(40);
    training.check();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace fedwatt::session
