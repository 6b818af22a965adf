#include "fedwatt/hub/intensity_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fedwatt::hub {
namespace {

// An outlook moves a little with every look, as its time does: a hundredth is no news.
bool is_news(std::optional<double> outlook, std::optional<double> noted) {
  if (!outlook || !noted) return outlook.has_value() != noted.has_value();
  return std::abs(*outlook - *noted) > 0.01 * std::max(std::abs(*outlook), std::abs(*noted));
}

// Nobody knows the grids farther ahead than this.
constexpr double kMostRestS = 365.0 * 86'400;

carbon::Interval rest_of(double rest_s, net::Timers::Time now) {
  return {now, now + std::chrono::milliseconds{
                         std::llround(1000 * std::clamp(rest_s, 0.0, kMostRestS))}};
}

}  // namespace

void IntensityWatch::tick() {
  const auto now = timers_.now();
  if (next_ && now < *next_) return;
  next_ = now + kEvery;
  for (const auto& run : runs_.all()) {
    if (!run->ended()) look_at(*run);
  }
}

void IntensityWatch::look_at(run::Run& run) {
  const auto rest_s = run.rest_s();
  for (const auto& region : run.regions_to_watch()) {
    note(run, region, intensities_.place_of(region), rest_s);
  }
}

void IntensityWatch::look_at(run::Run& run, const std::string& region) {
  if (run.ended() || region.empty() || run.noted().count(region) > 0) return;
  const auto place = intensities_.place_of(region);
  // The rest of a run takes longer to find than what of it a static table knows.
  note(run, region, place, place.looks_ahead() ? run.rest_s() : std::nullopt);
}

void IntensityWatch::note(run::Run& run, const std::string& region,
                          const carbon::Intensities::Place& place, std::optional<double> rest_s) {
  const auto now = timers_.now();
  const auto known = intensities_.over(place, {now, now});
  run::IntensityNoted news{region, known.g_per_kwh, known.source, {}};
  if (rest_s) news.outlook_g_per_kwh = intensities_.outlook(place, rest_of(*rest_s, now));
  const auto noted = run.noted().find(region);
  if (noted == run.noted().end()) {
    if (!run.policies().intensity && !news.outlook_g_per_kwh) return;
  } else if (noted->second.g_per_kwh == news.g_per_kwh &&
             !is_news(news.outlook_g_per_kwh, noted->second.outlook_g_per_kwh)) {
    return;
  }
  runs_.record(run, std::move(news), now);
}

}  // namespace fedwatt::hub
