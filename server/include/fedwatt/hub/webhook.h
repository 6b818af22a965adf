#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/net/http_client.h"
#include "fedwatt/net/peers.h"

namespace fedwatt::hub {

// Whom to tell of alerts, beside the viewers. Both may hold secrets, so neither is ever logged.
struct WebhookSettings {
  std::vector<std::string> urls;
  std::vector<std::string> headers;  // "Name: value"; for all of them
};

// Fails with one sentence if these cannot be.
tl::expected<WebhookSettings, std::string> checked_webhooks(std::vector<std::string> urls,
                                                            std::vector<std::string> headers);

// An alert on its way to a webhook.
struct PostedAlert {
  std::string run_id;
  std::shared_ptr<const std::string> run_json;  // the run, as its commit left it
  std::string json;
};

// Brings alerts to one URL by POST, in their order, one POST at a time and at most one a second:
// what came meanwhile goes together, as far as it is of one run. What is not answered with 2xx is
// tried again for an hour, or dropped if the answer says that trying again is useless; what was
// dropped is counted, and the next POST says how many. So an alert arrives at least once while the
// hub lives, unless it was dropped; docs/alerts.md has the details.
//
// For the I/O thread; nothing blocks. The client and the timers must not call back once it is gone.
class Webhook {
 public:
  static constexpr std::size_t kMostWaiting = 1'000;  // beyond, the oldest is dropped
  static constexpr std::size_t kMostInAPost = 100;
  static constexpr std::chrono::seconds kBetweenPosts{1};
  static constexpr std::chrono::seconds kFirstRetry{1};      // doubles, with jitter
  static constexpr std::chrono::seconds kLongestRetry{300};  // bounds Retry-After, too
  static constexpr std::chrono::hours kForgottenAfter{1};

  Webhook(net::HttpClient& client, net::Timers& timers, std::string url,
          std::vector<std::string> headers);
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  void add(const std::vector<PostedAlert>& alerts);

  const std::string& url() const { return url_; }
  const std::vector<std::string>& headers() const { return headers_; }
  std::size_t waiting() const { return waiting_.size(); }
  // Nothing waits, and neither client nor timers will call back.
  bool idle() const { return !busy_ && waiting_.empty(); }
  // Since it was made.
  std::int64_t dropped() const { return dropped_told_ + dropped_; }

 private:
  struct Waiting {
    net::Timers::Time since;
    PostedAlert alert;
  };

  void post();
  std::vector<Waiting> take_batch();
  std::string body_of(const std::vector<Waiting>& batch) const;
  void answered(std::vector<Waiting> batch, std::int64_t dropped_said,
                const net::HttpClient::Result& result);
  void try_again(std::vector<Waiting> batch, const net::HttpClient::Result& result);
  std::chrono::milliseconds retry_in(const net::HttpClient::Result& result);
  void drop_oldest();
  void post_after(std::chrono::milliseconds delay);

  net::HttpClient& client_;
  net::Timers& timers_;
  const std::string url_;
  const std::vector<std::string> headers_;
  const std::string name_;  // for the log: the URL without what may be secret
  std::deque<Waiting> waiting_;
  bool busy_ = false;                         // a POST is under way, or the next has its time
  std::int64_t dropped_ = 0;                  // since the last POST that arrived
  std::int64_t dropped_told_ = 0;             // before it
  std::chrono::milliseconds retry_bound_{0};  // 0: the last POST was answered
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fedwatt::hub
