#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace fedwatt::net {

// Asks other servers over HTTP: for the intensity of a grid, or to take an alert. An interface, so
// that what is asked and made of the answers is tested without a network.
//
// For the I/O thread.
class HttpClient {
 public:
  struct Request {
    std::string method = "GET";
    std::string url;                   // http or https; may hold secrets, too
    std::vector<std::string> headers;  // "Name: value"; may hold secrets, so they are never logged
    std::string body;
    std::chrono::milliseconds timeout{10'000};  // for the whole of it
  };
  struct Response {
    int status = 0;
    std::string body;                                 // at most kMaxBodyBytes
    std::optional<std::chrono::seconds> retry_after;  // how long the server asks to be left alone
  };
  static constexpr std::size_t kMaxBodyBytes = 4 * 1024 * 1024;

  // Else in words why there is no response: no word of the request's headers, path or body in it.
  using Result = tl::expected<Response, std::string>;

  virtual ~HttpClient() = default;

  // Never blocks. `done` is called once, later, on the I/O thread; not any more once the client is
  // destroyed. Redirections are not followed: they are responses.
  virtual void send(Request request, std::function<void(Result)> done) = 0;
};

}  // namespace fedwatt::net
