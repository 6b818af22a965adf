#include <algorithm>
#include <asio/ip/address.hpp>
#include <stdexcept>

#include "fedwatt/access/tokens_file.h"
#include "fuzz_checks.h"
#include "net/bearer.h"
#include "net/forwarding.h"
#include "net/origins.h"

// What says who somebody is: the tokens' file, and the headers of a request. A line each: whom the
// hub trusts to forward (or an origin that it allows), X-Forwarded-For, Origin, Host,
// Authorization.

namespace fedwatt {
namespace {

using fuzz::require;
using fuzz::require_message;

void check_tokens(std::string_view text) {
  const auto tokens = access::parse_tokens(text);
  if (!tokens) return require_message(tokens.error());
  require(tokens->size() <= access::kMaxTokens, "tokens are bounded");
  for (const auto& [name, token] : *tokens) {
    require(name == token.name && access::is_token_name(name), "a token is known by its name");
    require(access::problem_of(token).empty(), "a token that is taken is of use");
  }
  require(access::parse_tokens(access::text_of(*tokens)) == *tokens, "tokens can be written down");
}

void check_bearer(std::string_view header) {
  const auto token = net::bearer_of(header);
  require(token.size() < std::max<std::size_t>(header.size(), 1), "a token is part of its header");
  const auto parts = access::parse_token_text(token);
  if (!parts) return;
  require(access::is_token_name(parts->name) && parts->secret.size() == 64, "a token's two parts");
}

// Whoever is not trusted cannot say who he is by a header.
void check_forwarded(std::string_view trusted, std::string_view header) {
  const auto stranger = asio::ip::make_address("192.0.2.1");
  const auto proxy = asio::ip::make_address("10.0.0.1");
  require(net::Forwarding({}).client_of(proxy, header) == proxy, "nobody is trusted");
  const net::Forwarding one({"10.0.0.1"});
  require(one.client_of(stranger, header) == stranger, "a stranger speaks for himself");
  if (header.empty()) require(one.client_of(proxy, header) == proxy, "a proxy for itself");
  try {
    const net::Forwarding some({std::string(trusted)});
    const auto named = some.client_of(proxy, header);
    require(some.trusts(proxy) || named == proxy, "only a proxy that is trusted names a client");
  } catch (const std::invalid_argument& refusal) {
    require_message(refusal.what());
  }
}

void check_origins(std::string_view allowed, std::string_view origin, std::string_view host) {
  const net::Origins none({}, true);
  require(none.allows_origin("", host), "a program has no origin");
  if (none.allows_host(host)) {
    require(host.find('/') == host.npos, "a host is no address of a page");
  }
  try {
    const net::Origins some({std::string(allowed)}, true);
    require(some.allows_origin(allowed, "fedwatt.example"), "what is listed is allowed");
    if (none.allows_origin(origin, host)) {
      require(some.allows_origin(origin, host), "a list forbids nothing");
    }
  } catch (const std::invalid_argument& refusal) {
    require_message(refusal.what());
  }
}

}  // namespace
}  // namespace fedwatt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedwatt;
  const auto text = fuzz::as_text(data, size);
  check_tokens(text);
  auto lines = fuzz::lines_of(text);
  lines.resize(std::max<std::size_t>(lines.size(), 5));
  check_forwarded(lines[0], lines[1]);
  check_origins(lines[0], lines[2], lines[3]);
  check_bearer(lines[4]);
  return 0;
}
