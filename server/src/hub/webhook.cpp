#include "fedwatt/hub/webhook.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "fedwatt/hub/version.h"
#include "fedwatt/protocol/time.h"

namespace fedwatt::hub {
namespace {

constexpr std::size_t kMostWebhooks = 8;
constexpr std::size_t kMostHeaders = 8;
constexpr std::size_t kLongestText = 4'000;

bool printable(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// "https://example.org:8443" of a URL: its path, its query and what stands before an @ may be
// secrets. Empty if it is no URL of http or https.
std::string origin_of(std::string_view url) {
  std::string_view scheme = "https://";
  if (url.substr(0, 7) == "http://") scheme = "http://";
  if (url.substr(0, scheme.size()) != scheme) return "";
  auto host = url.substr(scheme.size());
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
  return host.empty() || host.front() == ':' ? "" : std::string(scheme) + std::string(host);
}

bool is_header(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, a token
  return colon != text.npos && printable(text) && !name.empty() &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kMarks.find(c) != kMarks.npos;
         });
}

bool arrived(const net::HttpClient::Result& result) {
  return result && result->status >= 200 && result->status < 300;
}

// Whether the same POST may be taken later.
bool worth_trying_again(const net::HttpClient::Result& result) {
  return !result || result->status >= 500 || result->status == 408 || result->status == 429;
}

std::string in_words(const net::HttpClient::Result& result) {
  return result ? "answered " + std::to_string(result->status)
                : "did not answer: " + result.error();
}

}  // namespace

tl::expected<WebhookSettings, std::string> checked_webhooks(std::vector<std::string> urls,
                                                            std::vector<std::string> headers) {
  if (urls.size() > kMostWebhooks || headers.size() > kMostHeaders) {
    return tl::unexpected("there are too many alert webhooks or headers of them (at most " +
                          std::to_string(kMostWebhooks) + ")");
  }
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (printable(urls[i]) && urls[i].find(' ') == urls[i].npos && !origin_of(urls[i]).empty()) {
      continue;
    }
    return tl::unexpected("--alert-webhook, the URL number " + std::to_string(i + 1) +
                          ", is not http://HOST/… or https://HOST/…");
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (is_header(headers[i])) continue;
    return tl::unexpected("--alert-webhook-header, number " + std::to_string(i + 1) +
                          ", is not 'Name: value'");
  }
  return WebhookSettings{std::move(urls), std::move(headers)};
}

Webhook::Webhook(net::HttpClient& client, net::Timers& timers, std::string url,
                 std::vector<std::string> headers)
    : client_(client),
      timers_(timers),
      url_(std::move(url)),
      headers_(std::move(headers)),
      name_(origin_of(url_)) {}

void Webhook::add(const std::vector<PostedAlert>& alerts) {
  for (const auto& alert : alerts) waiting_.push_back({timers_.now(), alert});
  drop_oldest();
  if (!busy_) post();
}

void Webhook::drop_oldest() {
  while (waiting_.size() > kMostWaiting) {
    waiting_.pop_front();
    ++dropped_;
  }
}

// The first that wait and are of one run.
std::vector<Webhook::Waiting> Webhook::take_batch() {
  std::vector<Waiting> batch;
  while (!waiting_.empty() && batch.size() < kMostInAPost) {
    if (!batch.empty() && waiting_.front().alert.run_id != batch.front().alert.run_id) break;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

std::string Webhook::body_of(const std::vector<Waiting>& batch) const {
  std::string body = std::string(R"({"hub":")") + kHubVersion + R"(","sent_at":")" +
                     protocol::format_timestamp(timers_.now()) + R"(","dropped":)" +
                     std::to_string(dropped_) + R"(,"run":)" + *batch.back().alert.run_json +
                     R"(,"alerts":[)";
  for (const auto& [since, alert] : batch) {
    if (body.back() != '[') body += ",\n";
    body += alert.json;
  }
  return body + "]}\n";
}

void Webhook::post() {
  const auto oldest = timers_.now() - kForgottenAfter;
  while (!waiting_.empty() && waiting_.front().since < oldest) {
    waiting_.pop_front();
    ++dropped_;
  }
  auto batch = take_batch();
  busy_ = !batch.empty();
  if (!busy_) return;
  net::HttpClient::Request request;
  request.method = "POST";
  request.url = url_;
  request.headers = headers_;
  request.headers.emplace_back("Content-Type: application/json");
  request.body = body_of(batch);
  client_.send(std::move(request), [this, batch = std::move(batch), said = dropped_](
                                       const net::HttpClient::Result& result) mutable {
    answered(std::move(batch), said, result);
  });
}

void Webhook::answered(std::vector<Waiting> batch, std::int64_t dropped_said,
                       const net::HttpClient::Result& result) {
  if (worth_trying_again(result)) return try_again(std::move(batch), result);
  if (arrived(result)) {
    if (retry_bound_.count() > 0) {
      spdlog::info("the alert webhook {} is back; {} alerts were dropped meanwhile", name_,
                   dropped_said);
    }
    dropped_ -= dropped_said;
    dropped_told_ += dropped_said;
  } else {
    spdlog::warn("the alert webhook {} {}, so {} alerts were dropped", name_, in_words(result),
                 batch.size());
    dropped_ += static_cast<std::int64_t>(batch.size());
  }
  retry_bound_ = retry_bound_.zero();
  post_after(kBetweenPosts);
}

void Webhook::try_again(std::vector<Waiting> batch, const net::HttpClient::Result& result) {
  if (retry_bound_.count() == 0) {
    spdlog::warn("the alert webhook {} {}; each alert is tried again for an hour", name_,
                 in_words(result));
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()),
                  std::make_move_iterator(batch.end()));
  drop_oldest();
  post_after(retry_in(result));
}

// Between half of a bound that doubles and the bound, so that hubs that lost the same receiver do
// not come back at the same moment; or as long as the receiver asks for.
std::chrono::milliseconds Webhook::retry_in(const net::HttpClient::Result& result) {
  const std::chrono::milliseconds longest = kLongestRetry;
  retry_bound_ = std::clamp<std::chrono::milliseconds>(retry_bound_ * 2, kFirstRetry, longest);
  const std::chrono::milliseconds jittered{std::uniform_int_distribution<std::int64_t>(
      retry_bound_.count() / 2, retry_bound_.count())(random_)};
  if (!result) return jittered;
  const auto asked = std::min(result->retry_after.value_or(kFirstRetry.zero()), kLongestRetry);
  return std::max<std::chrono::milliseconds>(jittered, asked);
}

void Webhook::post_after(std::chrono::milliseconds delay) {
  busy_ = true;
  timers_.after(delay, [this] { post(); });
}

}  // namespace fedwatt::hub
