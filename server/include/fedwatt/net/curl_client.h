#pragma once

#include <memory>

#include "fedwatt/net/http_client.h"

namespace fedwatt::net {

// HTTP through libcurl, on a thread of its own. Certificates are verified. A proxy is used as
// libcurl does by itself: http_proxy in lower case, https_proxy and no_proxy in the environment.
// Only so many requests are under way and waiting (kMostUnderWay, kMostWaiting); what comes beyond
// fails at once.
class CurlClient : public HttpClient {
 public:
  // Brings a task to the I/O thread. Called from the client's thread and from send().
  using Post = std::function<void(std::function<void()>)>;

  static constexpr std::size_t kMostUnderWay = 8;
  static constexpr std::size_t kMostWaiting = 64;

  explicit CurlClient(Post post);
  // On the I/O thread, or when that has ended. Gives up what is under way, promptly; its `done` and
  // those posted already are not called.
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  void send(Request request, std::function<void(Result)> done) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedwatt::net
