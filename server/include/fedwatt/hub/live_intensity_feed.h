#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "fedwatt/carbon/live_intensities.h"
#include "fedwatt/net/http_client.h"
#include "fedwatt/net/peers.h"

namespace fedwatt::hub {

// Keeps live intensities up to date: asks their providers about the grids that are wanted, and
// about no others. At most one question about a grid and topic is under way, and kMostUnderWay in
// all. What fails is asked again after a minute, two, four, up to an hour, or when the provider
// said; what is refused (401, 403), after a day.
//
// For the I/O thread; nothing blocks. The client and the timers must not call back once it is gone.
class LiveIntensityFeed {
 public:
  // The grids that somebody needs now.
  using Wanted = std::function<std::set<carbon::LiveSource>()>;

  static constexpr std::size_t kMostUnderWay = 4;
  static constexpr std::size_t kMostGrids = 500;
  static constexpr std::chrono::minutes kFirstRetry{1};  // doubles
  static constexpr std::chrono::minutes kLongestRetry{60};
  static constexpr std::chrono::hours kRefusedFor{24};  // bounds Retry-After, too
  static constexpr int kForecastEvery = 6;              // refreshes

  LiveIntensityFeed(net::HttpClient& http, net::Timers& timers,
                    carbon::LiveIntensities& intensities, std::chrono::seconds refresh,
                    Wanted wanted);
  LiveIntensityFeed(const LiveIntensityFeed&) = delete;
  LiveIntensityFeed& operator=(const LiveIntensityFeed&) = delete;

  // From now on.
  void start();

 private:
  struct Subject {
    carbon::LiveSource source;
    carbon::LiveTopic topic;
    bool operator<(const Subject& other) const {
      return std::tie(source, topic) < std::tie(other.source, other.topic);
    }
    std::string name() const;
  };
  struct Errand {
    net::Timers::Time due;
    bool under_way = false;
    int failures = 0;  // since the last success
  };
  using Errands = std::map<Subject, Errand>;

  void tick();
  void update_errands();
  void ask(const Subject& subject, Errand& errand);
  void answered(const Subject& subject, const net::HttpClient::Result& result);
  // Takes what a body says, or says why not.
  tl::expected<void, std::string> take(const Subject& subject, const std::string& body);
  void refused(const Subject& subject, Errand& errand, int status);
  void failed(const Subject& subject, Errand& errand, const net::HttpClient::Result& result,
              const std::string& why);
  std::chrono::milliseconds jittered(std::chrono::milliseconds delay);

  net::HttpClient& http_;
  net::Timers& timers_;
  carbon::LiveIntensities& intensities_;
  const std::chrono::seconds refresh_;
  const Wanted wanted_;
  Errands errands_;
  std::size_t under_way_ = 0;
  std::set<const carbon::LiveProvider*> refused_by_;  // who was warned about
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fedwatt::hub
