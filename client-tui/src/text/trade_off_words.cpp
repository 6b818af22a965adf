#include "text/trade_off_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

constexpr int kNameWidth = 24;
constexpr double kTimesFrom = 9;  // a change of that: ten times as much

// Without its sign: "50 %", "3.2 %".
std::string percent(double share) {
  const double size = std::abs(share) * 100;
  return fmt::format("{:.{}f} %", size, size < 9.95 ? 1 : 0);
}

bool rounds_to_nothing(double share) { return std::abs(share) < 0.0005; }

// "0.60 points", of other metrics "1.20".
std::string size_of(double gain, const protocol::Target& target) {
  return target.metric == "accuracy" ? fmt::format("{:.2f} points", std::abs(gain) * 100)
                                     : format_number(std::abs(gain));
}

// With the end of its id where another run has that name.
std::string name_of(const TradeOff& all, const TradeOffRun& run) {
  const auto& view = run.run->view;
  const auto same = std::count_if(all.runs.begin(), all.runs.end(), [&](const TradeOffRun& other) {
    return other.run->view.name == view.name;
  });
  const std::string name = clip(printable(view.name), kNameWidth);
  return same > 1 ? fmt::format("{} ({})", name, clip(printable(view.run_id), kNameWidth)) : name;
}

// What one on the front that costs less gives up against the next.
std::string describe_on_front(const std::string& name, const std::string& other,
                              const Difference& between, const protocol::Target& target) {
  const double gain = between.gain.value_or(0);
  if (!between.emissions_change) {
    return fmt::format("{}: {} than {}.", name, describe_gain(gain, target), other);
  }
  const std::string than = *between.emissions_change >= kTimesFrom ? "of" : "than";
  const std::string carbon = describe_change(*between.emissions_change);
  if (rounds_to_nothing(*between.emissions_change) && gain == 0) {
    return fmt::format("{} and {} are equally good for as much carbon.", name, other);
  }
  if (gain < 0) {
    const bool points = target.metric == "accuracy";
    const std::string of = points ? "" : " of " + clip(printable(target.metric), kNameWidth);
    return fmt::format("{}: {} {} {}, for {}{}.", name, carbon, than, other, size_of(gain, target),
                       of);
  }
  return fmt::format("{}: {} {} {}, and {}.", name, carbon, than, other,
                     describe_gain(gain, target));
}

std::string describe_dominated(const std::string& name, const std::string& other,
                               const Difference& between, const protocol::Target& target) {
  const double gain = between.gain.value_or(0);
  const std::string better = describe_gain(gain, target);
  const double change = between.emissions_change.value_or(0);
  const std::string carbon =
      rounds_to_nothing(change) ? "for as much carbon" : "for " + describe_change(change);
  return fmt::format("{} is beaten by {}: {} {}.", name, other, better, carbon);
}

}  // namespace

std::string format_change(std::optional<double> change) {
  if (!change || !std::isfinite(*change)) return kMissing;
  if (rounds_to_nothing(*change)) return "±0 %";
  if (*change >= kTimesFrom) return "×" + format_number(*change + 1);
  return (*change < 0 ? "−" : "+") + percent(*change);
}

std::string describe_change(double change) {
  if (rounds_to_nothing(change)) return "as much carbon";
  if (change >= kTimesFrom) return format_number(change + 1) + " times the carbon";
  return percent(change) + (change < 0 ? " less carbon" : " more carbon");
}

std::string describe_gain(double gain, const protocol::Target& target) {
  if (gain == 0) return "as good";
  return size_of(gain, target) + (gain > 0 ? " better" : " worse");
}

std::string describe_trade_off(const TradeOff& all, const TradeOffRun& run) {
  const std::string name = name_of(all, run);
  const std::string metric = clip(printable(all.target.metric), kNameWidth);
  if (!run.has_place()) {
    return fmt::format("{} has no {} yet.", name,
                       run.best          ? "emissions"
                       : run.emissions_g ? metric
                                         : metric + " and emissions");
  }
  const auto placed = std::count_if(all.runs.begin(), all.runs.end(),
                                    [](const TradeOffRun& other) { return other.has_place(); });
  if (placed == 1) {
    return fmt::format("{} is the only run with {} and emissions so far.", name, metric);
  }
  const TradeOffRun* other = counterpart(all, run);
  if (!other) return fmt::format("{} is the best, and has the least carbon.", name);
  if (run.on_front) {
    return describe_on_front(name, name_of(all, *other), difference(run, *other, all.target),
                             all.target);
  }
  return describe_dominated(name, name_of(all, *other), difference(*other, run, all.target),
                            all.target);
}

}  // namespace fedwatt::viewer
