#include "fedwatt/net/curl_client.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace fedwatt::net {
namespace {

using Done = std::function<void(HttpClient::Result)>;

constexpr std::size_t kMaxHeadBytes = 64UL * 1024;  // of an answer's headers
constexpr std::chrono::seconds kMostRetryAfter = std::chrono::hours{7 * 24};

struct Waiting {
  HttpClient::Request request;
  Done done;
};

// A request that is under way. libcurl points into it, so it stays where it is.
class Transfer {
 public:
  explicit Transfer(Waiting waiting)
      : request_(std::move(waiting.request)), done(std::move(waiting.done)) {
    if (!curl_) throw std::bad_alloc();
    for (const auto& header : request_.headers) add_header(header.c_str());
    add_header("Expect:");  // no pause before a long body
    set_options();
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  CURL* curl() const { return curl_.get(); }

  HttpClient::Result result(CURLcode code) {
    if (too_large_) return tl::make_unexpected("the answer is too large");
    if (code != CURLE_OK) {
      return tl::make_unexpected(error_[0] != '\0' ? error_.data() : curl_easy_strerror(code));
    }
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(curl(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl(), CURLINFO_RETRY_AFTER, &retry_after_s);
    HttpClient::Response response{static_cast<int>(status), std::move(body_), {}};
    if (retry_after_s > 0) {
      response.retry_after = std::min(std::chrono::seconds{retry_after_s}, kMostRetryAfter);
    }
    return response;
  }

 private:
  void add_header(const char* header) {
    curl_slist* const longer = curl_slist_append(headers_.get(), header);
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers_.release());  // the longer list owns it
    headers_.reset(longer);
  }

  void set_options() {
    const auto set = [this](CURLoption option, auto value) {
      curl_easy_setopt(curl(), option, value);
    };
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_URL, request_.url.c_str());
    if (!request_.body.empty()) {
      set(CURLOPT_POSTFIELDS, request_.body.c_str());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    }
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_USERAGENT, "fedwatt-hub");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // else giving up waits for the name server
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
  }

  static std::size_t on_header(const char*, std::size_t size, std::size_t count,
                               void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.head_bytes_ += size * count;
    transfer.too_large_ = transfer.head_bytes_ > kMaxHeadBytes;
    return transfer.too_large_ ? 0 : size * count;
  }

  static std::size_t on_body(const char* data, std::size_t size, std::size_t count,
                             void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.too_large_ = transfer.body_.size() + size * count > HttpClient::kMaxBodyBytes;
    if (transfer.too_large_) return 0;
    transfer.body_.append(data, size * count);
    return size * count;
  }

  HttpClient::Request request_;
  std::string body_;
  std::size_t head_bytes_ = 0;
  bool too_large_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr,
                                                                       &curl_slist_free_all};
  // Last: it uses the rest.
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_{curl_easy_init(), &curl_easy_cleanup};

 public:
  Done done;
};

// libcurl writes headers as they are: a line break in one would begin another.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

CURLM* new_multi() {
  // The first use of libcurl in the process; before there are threads that could use it, too.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = kReady == CURLE_OK ? curl_multi_init() : nullptr;
  if (!multi) throw std::runtime_error("libcurl cannot be used");
  return multi;
}

}  // namespace

class CurlClient::Impl {
 public:
  explicit Impl(Post post) : post_(std::move(post)), thread_([this] { work(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
    *alive_ = false;
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void send(Waiting waiting) {
    const auto& headers = waiting.request.headers;
    if (!std::all_of(headers.begin(), headers.end(), is_one_line)) {
      return answer(std::move(waiting.done), tl::make_unexpected("a header has a line break"));
    }
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < kMostWaiting) {
        waiting_.push_back(std::move(waiting));
        curl_multi_wakeup(multi_.get());
        return;
      }
    }
    answer(std::move(waiting.done), tl::make_unexpected("too many requests are waiting already"));
  }

 private:
  void work() {
    // Signals are for the I/O thread.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (begin_waiting()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (!finish_done()) curl_multi_poll(multi_.get(), nullptr, 0, 60'000, nullptr);
    }
    for (const auto& [curl, transfer] : under_way_) curl_multi_remove_handle(multi_.get(), curl);
    under_way_.clear();
  }

  // False once the client is to end.
  bool begin_waiting() {
    const std::lock_guard lock(mutex_);
    for (; !waiting_.empty() && under_way_.size() < kMostUnderWay; waiting_.pop_front()) {
      auto transfer = std::make_unique<Transfer>(std::move(waiting_.front()));
      curl_multi_add_handle(multi_.get(), transfer->curl());
      under_way_.emplace(transfer->curl(), std::move(transfer));
    }
    return !stopping_;
  }

  // Whether any was.
  bool finish_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      const CURLcode code = message->data.result;
      const auto transfer = under_way_.extract(message->easy_handle);
      curl_multi_remove_handle(multi_.get(), transfer.key());
      answer(std::move(transfer.mapped()->done), transfer.mapped()->result(code));
    }
    return any;
  }

  void answer(Done done, Result result) {
    post_([alive = alive_, done = std::move(done), result = std::move(result)] {
      if (*alive) done(result);
    });
  }

  Post post_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for the I/O thread
  const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_{new_multi(),
                                                                     &curl_multi_cleanup};
  std::mutex mutex_;
  std::deque<Waiting> waiting_;                           // guarded by mutex_
  bool stopping_ = false;                                 // guarded by mutex_
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;  // the thread's own
  std::thread thread_;                                    // last: it uses the rest
};

CurlClient::CurlClient(Post post) : impl_(std::make_unique<Impl>(std::move(post))) {}
CurlClient::~CurlClient() = default;

void CurlClient::send(Request request, std::function<void(Result)> done) {
  impl_->send({std::move(request), std::move(done)});
}

}  // namespace fedwatt::net
