#include "app/http_get.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "link/hub_url.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kMaxErrorBytes = 16'384;  // of an answer that is no 200
constexpr long kConnectTimeoutMs = 5'000;

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

Handle make_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return {curl_easy_init(), &curl_easy_cleanup};
}

// One answer as it comes in.
struct Transfer {
  const BodySink& sink;
  CURL* curl;
  std::string error_body{};
  bool ended_by_sink = false;
  std::exception_ptr thrown{};

  long status() const {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  bool take(std::string_view part) {
    if (status() != 200) {
      error_body += part.substr(0, kMaxErrorBytes - error_body.size());
      return true;
    }
    ended_by_sink = !sink(part);
    return !ended_by_sink;
  }
};

// libcurl calls it: nothing may be thrown across.
std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    return transfer.take({data, size * count}) ? size * count : 0;
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 0;
  }
}

std::size_t on_head(const char* data, std::size_t size, std::size_t count, void* user) {
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  (*static_cast<const HeaderSink*>(user))(line);
  return size * count;
}

// The hub's own sentence, if the body is one of its errors.
std::string words_of(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto message = nlohmann::json::json_pointer("/error/message");
  if (!json.is_object() || !json.contains(message) || !json[message].is_string()) return {};
  return json[message].get<std::string>();
}

void set_tls(CURL* curl, const link::TlsFiles& tls) {
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (!tls.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, tls.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (tls.client_certificate.empty()) return;
  curl_easy_setopt(curl, CURLOPT_SSLCERT, tls.client_certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_SSLKEY, tls.client_key.c_str());
}

// Only for the hub itself: libcurl follows no redirections here.
void set_token(CURL* curl, const std::string& token) {
  if (token.empty()) return;
  curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
  curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token.c_str());
}

void set_options(CURL* curl, const std::string& url, const HttpOptions& options,
                 Transfer& transfer) {
  set_tls(curl, options.tls);
  set_token(curl, options.token);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.patience.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
}

}  // namespace

std::string http_address_of(std::string_view hub_url) {
  constexpr std::string_view kSecure = "wss://";
  // The two pairs of schemes have the same ports where none is given.
  const bool secure = link::parse_hub_url(hub_url).secure;
  const auto authority = hub_url.substr(secure ? kSecure.size() : kSecure.size() - 1);
  std::string address = (secure ? "https://" : "http://") + std::string(authority);
  while (address.back() == '/') address.pop_back();
  return address;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

tl::expected<void, HttpProblem> http_get(const std::string& url, const BodySink& sink,
                                         const HttpOptions& options, const HeaderSink& on_header) {
  const Handle curl = make_handle();
  if (!curl) return tl::unexpected(HttpProblem{0, "libcurl cannot be used: out of memory"});
  Transfer transfer{sink, curl.get()};
  set_options(curl.get(), url, options, transfer);
  if (on_header) {
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &on_head);
    // libcurl hands back what it was given, to a function that takes it as it was.
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, const_cast<HeaderSink*>(&on_header));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  const auto status = static_cast<int>(transfer.status());
  if (code == CURLE_OK && status == 200) return {};
  if (code == CURLE_OK) {
    const std::string words = words_of(transfer.error_body);
    return tl::unexpected(HttpProblem{
        status, words.empty() ? fmt::format("the hub answered {} to {}", status, url) : words});
  }
  if (transfer.ended_by_sink) {
    return tl::unexpected(HttpProblem{0, "the transfer of " + url + " was broken off"});
  }
  const auto* const advice = code == CURLE_PEER_FAILED_VERIFICATION
                                 ? "; if its CA is your own, give the CA's certificate as --ca-file"
                                 : "";
  return tl::unexpected(HttpProblem{
      0, fmt::format("no answer from {}: {}{}", url, curl_easy_strerror(code), advice)});
}

tl::expected<std::string, HttpProblem> http_get_text(const std::string& url,
                                                     const HttpOptions& options,
                                                     std::size_t max_bytes) {
  std::string body;
  const auto take = [&](std::string_view part) {
    if (part.size() > max_bytes - body.size()) return false;
    body += part;
    return true;
  };
  const auto got = http_get(url, take, options);
  if (!got) return tl::unexpected(got.error());
  return body;
}

}  // namespace fedwatt::viewer
