#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "link/tls.h"

// What the viewer reads from the hub over HTTP: documents and downloads.

namespace fedwatt::viewer {

struct HttpProblem {
  int status = 0;       // of the hub's answer; 0: there was none, or it broke off
  std::string message;  // one sentence for people
};

// Where the hub at a WebSocket address answers HTTP: "ws://host:3000" is "http://host:3000", and
// wss:// is https://. Throws std::invalid_argument for what is no such address.
std::string http_address_of(std::string_view hub_url);

// `text` as a part of a path or as a value in a query: every byte but letters, digits and "-._~" as
// %XX.
std::string percent_encoded(std::string_view text);

// Takes the next part of a body; false ends the transfer.
using BodySink = std::function<bool(std::string_view part)>;
// Takes a line of an answer's head as it came, without its end: "Link: …". Throws nothing.
using HeaderSink = std::function<void(std::string_view line)>;

struct HttpOptions {
  link::TlsFiles tls{};  // for https://, which is always verified
  std::string token{};   // a secret; "": none
  std::chrono::seconds patience{30};
};

// Gets `url` and hands the body of an answer of status 200 to `sink`, in order and in parts as they
// come. Any other answer is a problem with the hub's own words, and `sink` gets nothing of it.
//
// Blocks until the answer is complete, however long that is, but no longer than its patience
// without a byte. Follows no redirections and uses no proxy, as the viewer's WebSocket does. Throws
// only what `sink` throws.
tl::expected<void, HttpProblem> http_get(const std::string& url, const BodySink& sink,
                                         const HttpOptions& options = {},
                                         const HeaderSink& on_header = {});

// The same with the whole body in memory; a body of more than `max_bytes` is a problem.
tl::expected<std::string, HttpProblem> http_get_text(const std::string& url,
                                                     const HttpOptions& options = {},
                                                     std::size_t max_bytes = 256U << 20);

}  // namespace fedwatt::viewer
