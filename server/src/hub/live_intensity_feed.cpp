#include "fedwatt/hub/live_intensity_feed.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <vector>

namespace fedwatt::hub {
namespace {

using carbon::LiveTopic;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kLookEvery{1};
// An hourly value may be published a little before its hour.
constexpr std::chrono::hours kMostAhead{1};

long long seconds_of(milliseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

std::string LiveIntensityFeed::Subject::name() const {
  return source.name() + (topic == LiveTopic::kForecast ? " (forecast)" : "");
}

LiveIntensityFeed::LiveIntensityFeed(net::HttpClient& http, net::Timers& timers,
                                     carbon::LiveIntensities& intensities,
                                     std::chrono::seconds refresh, Wanted wanted)
    : http_(http),
      timers_(timers),
      intensities_(intensities),
      refresh_(refresh),
      wanted_(std::move(wanted)) {}

void LiveIntensityFeed::start() { tick(); }

void LiveIntensityFeed::tick() {
  update_errands();
  std::vector<Errands::value_type*> due;
  for (auto& each : errands_) {
    if (!each.second.under_way && each.second.due <= timers_.now()) due.push_back(&each);
  }
  // Who has waited longest comes first.
  std::sort(due.begin(), due.end(),
            [](const auto* a, const auto* b) { return a->second.due < b->second.due; });
  for (auto* each : due) {
    if (under_way_ == kMostUnderWay) break;
    ask(each->first, each->second);
  }
  timers_.after(kLookEvery, [this] { tick(); });
}

// What nobody wants is forgotten, but not before it might be asked again: who comes and goes brings
// no more questions than who stays.
void LiveIntensityFeed::update_errands() {
  const auto wanted = wanted_();
  const auto now = timers_.now();
  std::erase_if(errands_, [&](const auto& each) {
    const auto& [subject, errand] = each;
    return !errand.under_way && errand.due <= now && wanted.count(subject.source) == 0;
  });
  for (const auto& source : wanted) {
    if (errands_.size() >= 2 * kMostGrids) return;
    for (const auto topic : {LiveTopic::kLatest, LiveTopic::kForecast}) {
      errands_.try_emplace({source, topic}, Errand{now});
    }
  }
}

void LiveIntensityFeed::ask(const Subject& subject, Errand& errand) {
  auto question = subject.source.provider->ask(subject.topic, subject.source.zone, timers_.now());
  errand.under_way = true;
  ++under_way_;
  net::HttpClient::Request request;
  request.url = std::move(question.url);
  request.headers = std::move(question.headers);
  http_.send(std::move(request),
             [this, subject](const auto& result) { answered(subject, result); });
}

void LiveIntensityFeed::answered(const Subject& subject, const net::HttpClient::Result& result) {
  auto& errand = errands_.at(subject);
  errand.under_way = false;
  --under_way_;
  if (!result) return failed(subject, errand, result, result.error());
  if (result->status == 401 || result->status == 403) {
    return refused(subject, errand, result->status);
  }
  if (result->status != 200) {
    return failed(subject, errand, result, fmt::format("HTTP status {}", result->status));
  }
  if (const auto taken = take(subject, result->body); !taken) {
    return failed(subject, errand, result, taken.error());
  }
  if (errand.failures > 0) spdlog::info("{} answers again", subject.name());
  errand.failures = 0;
  const int refreshes = subject.topic == LiveTopic::kForecast ? kForecastEvery : 1;
  errand.due = timers_.now() + jittered(refresh_ * refreshes);
}

tl::expected<void, std::string> LiveIntensityFeed::take(const Subject& subject,
                                                        const std::string& body) {
  const auto& [source, topic] = subject;
  const auto values = source.provider->read(topic, source.zone, body);
  if (!values) return tl::unexpected(values.error());
  auto* const series = intensities_.series_for(source);
  if (!series) return tl::make_unexpected("too many grids are known already");
  if (topic == LiveTopic::kLatest) {
    if (values->front().start > timers_.now() + kMostAhead) {
      return tl::make_unexpected("the answer's time is yet to come");
    }
    series->add(values->front());
  } else {
    std::vector<carbon::IntensitySeries::Point> points;
    for (const auto& value : *values) points.push_back({value.start, value.g_per_kwh});
    series->set_forecast(carbon::IntensitySeries::of(points));
  }
  return {};
}

// A token may be good for some grids and for no forecasts. One warning says enough.
void LiveIntensityFeed::refused(const Subject& subject, Errand& errand, int status) {
  errand.due = timers_.now() + kRefusedFor;
  const auto text = fmt::format(
      "{} is refused with HTTP status {}, and not asked for a day: is the "
      "token right, and is it for this grid?",
      subject.name(), status);
  const bool is_news =
      subject.topic == LiveTopic::kLatest && refused_by_.insert(subject.source.provider).second;
  spdlog::log(is_news ? spdlog::level::warn : spdlog::level::info, text);
}

void LiveIntensityFeed::failed(const Subject& subject, Errand& errand,
                               const net::HttpClient::Result& result, const std::string& why) {
  const int doublings = std::min(errand.failures++, 6);
  milliseconds delay =
      jittered(std::min(milliseconds{kFirstRetry} * (1 << doublings), milliseconds{kLongestRetry}));
  if (result && result->retry_after) {
    delay =
        std::max(delay, std::min(milliseconds{*result->retry_after}, milliseconds{kRefusedFor}));
  }
  errand.due = timers_.now() + delay;
  const bool is_news = errand.failures == 1 && subject.topic == LiveTopic::kLatest;
  spdlog::log(is_news ? spdlog::level::warn : spdlog::level::debug,
              "{}: {}; asked again in {} s, until then the intensity is from elsewhere",
              subject.name(), why, seconds_of(delay));
}

// Between nine and eleven tenths, so that many hubs and grids do not ask in step.
milliseconds LiveIntensityFeed::jittered(milliseconds delay) {
  std::uniform_int_distribution<std::int64_t> jitter(delay.count() * 9 / 10,
                                                     delay.count() * 11 / 10);
  return milliseconds{jitter(random_)};
}

}  // namespace fedwatt::hub
