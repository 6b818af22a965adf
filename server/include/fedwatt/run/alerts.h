#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "fedwatt/protocol/messages.h"

// What a run looks at to find out that somebody should: each watch is told one thing after another
// and keeps so much of it as it needs, which is bounded. docs/alerts.md says it in prose.
//
// Pure. For one thread at a time.

namespace fedwatt::run {

using protocol::Timestamp;

// For how long a worker is usually silent, and since when it is. Silence before `resumed_at`, when
// the run was last ordered to resume, is none of its own.
class SilenceWatch {
 public:
  // On a new connection. Silence counts from the first report on it: loading data takes its time.
  void connected() { heard_at_.reset(); }
  void reported(Timestamp now, Timestamp resumed_at);
  // Any other sign of life.
  void heard(Timestamp now);

  // When it will have been silent for too long if it goes on: for three times the longest silence
  // before a report of it so far, and at least `at_least`. Empty while that is not known: it has
  // not reported on this connection, or never twice on one.
  std::optional<Timestamp> too_long_at(Timestamp resumed_at,
                                       std::chrono::milliseconds at_least) const;
  // Both mean something where too_long_at() is not empty.
  Timestamp silent_since(Timestamp resumed_at) const {
    return std::max(heard_at_.value_or(resumed_at), resumed_at);
  }
  std::chrono::milliseconds longest() const {
    return longest_.value_or(std::chrono::milliseconds{0});
  }

 private:
  std::optional<Timestamp> heard_at_;
  std::optional<std::chrono::milliseconds> longest_;
};

// Whether a worker's power is unlike its own of late. The Hampel identifier: a value is an outlier
// if it is further from the median of the recent ones than so many times their median absolute
// deviation (MAD), which is scaled to estimate the standard deviation of a normal distribution.
// Neither is moved by the outliers themselves. After F. Hampel, "The influence curve and its role
// in robust estimation", J. Am. Stat. Assoc. 69 (1974), 383-393, and L. Davies and U. Gather, "The
// identification of multiple outliers", J. Am. Stat. Assoc. 88 (1993), 782-792.
class PowerWatch {
 public:
  static constexpr std::size_t kRecent = 20;      // of the same phase
  static constexpr std::size_t kFewest = 8;       // before anything is an outlier
  static constexpr double kDeviations = 5;        // scaled MADs from the median
  static constexpr double kConsistency = 1.4826;  // 1 / Φ⁻¹(3/4): scales the MAD
  static constexpr double kLeastShare = 0.2;      // of the median; what is nearer is no outlier
  static constexpr double kShortestS = 1;         // shorter reports have no exact power

  struct Outlier {
    double power_w = 0;
    double median_w = 0;
    double mad_w = 0;  // not scaled
  };

  // Judges the mean power of a report and remembers it. Returns the first outlier after a power
  // that was none; a power that has really changed stops being one when most of the recent are so.
  std::optional<Outlier> reported(const protocol::Report& report);

 private:
  struct Recent {
    std::vector<double> power_w;  // at most kRecent
    std::size_t oldest = 0;       // in it, once it is full: the next to be overwritten
    bool outside = false;         // the latest was an outlier
  };
  static std::optional<Outlier> judge(Recent& recent, double power_w);
  std::array<Recent, 2> recent_;  // of fit and of evaluate
};

// Whether the target metric falls from round to round, in the order in which rounds close.
class TargetWatch {
 public:
  static constexpr int kRounds = 3;               // worse in so many rounds in a row
  static constexpr double kAccuracyBound = 0.01;  // below the best: a percentage point
  static constexpr double kRelativeBound = 0.01;  // of another metric's best

  struct Fall {
    double value = 0;
    double best = 0;
    std::int64_t best_round = 0;
    int rounds = 0;  // in a row, each worse than the one before it
  };

  // Takes the target value of a round that has closed. A fall is returned once; the next can come
  // when the value has been within the bound of the best again.
  std::optional<Fall> closed(std::int64_t round, double value, const protocol::Target& target);

 private:
  std::optional<double> latest_;
  std::optional<double> best_;
  std::int64_t best_round_ = 0;
  int worse_in_a_row_ = 0;
  bool fallen_ = false;
};

}  // namespace fedwatt::run
