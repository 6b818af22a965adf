#include "fedwatt/hub/gate.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "fedwatt/access/secret.h"
#include "fedwatt/hub/http_api.h"
#include "fedwatt/protocol/close_codes.h"

namespace fedwatt::hub {
namespace {

using access::Action;
using access::Token;
using protocol::Error;

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::minutes kLogEvery{1};
constexpr int kMostLogged = 10;
constexpr double kDayS = 86'400;
constexpr double kReserveS = 2;  // of reports: what may come at once

const char* doing(Action action) {
  switch (action) {
    case Action::kReport:
      return "speak as a worker";
    case Action::kWatch:
      return "see runs";
    case Action::kCommand:
      return "command runs, set policies or recompute";
    case Action::kMetrics:
      return "read /metrics";
  }
  return "";
}

Action entering(net::Endpoint endpoint) {
  return endpoint == net::Endpoint::kWorker ? Action::kReport : Action::kWatch;
}

}  // namespace

Holder::Holder(Token its_token)
    : token(std::move(its_token)),
      reports(token.limits.reports_per_s, token.limits.reports_per_s * kReserveS),
      runs(static_cast<double>(token.limits.runs_per_day) / kDayS,
           static_cast<double>(token.limits.runs_per_day)) {}

std::optional<Error> Holder::refuse(Action action, const std::optional<std::string>& id) const {
  if (access::may(token.role, action)) return std::nullopt;
  return Error{"not_allowed",
               "the token of " + token.name + " may not " + doing(action) + ": its role is " +
                   access::name_of(token.role),
               {},
               id};
}

std::shared_ptr<const Token> token_of(const HolderPtr& holder) { return {holder, &holder->token}; }

std::uint16_t close_code_of(const Error& error) {
  if (error.code == "too_many") return protocol::kCloseOverloaded;
  return error.code == "unauthorized" ? protocol::kCloseUnauthorized : protocol::kCloseNotAllowed;
}

Gate::Gate(net::Peers& peers, net::Timers& timers)
    : peers_(peers),
      timers_(timers),
      everybody_(std::make_shared<Holder>(access::everybodys_token())) {}

void Gate::use(const access::Tokens& tokens) {
  const auto now = timers_.now();
  std::map<std::string, HolderPtr, std::less<>> holders;
  for (const auto& [name, token] : tokens) {
    const auto known = holders_ ? holders_->find(name) : decltype(holders_->end()){};
    const bool same = holders_ && known != holders_->end() && known->second->token == token;
    holders[name] = same ? known->second : std::make_shared<Holder>(token);
  }
  const auto before = std::exchange(holders_, std::move(holders));
  if (!before) return close_all_of(*everybody_, protocol::kCloseUnauthorized, "a token is needed");
  for (const auto& [name, holder] : *before) {
    const auto now_known = holders_->find(name);
    if (now_known != holders_->end() && now_known->second == holder) continue;
    const bool goes_on = now_known != holders_->end() &&
                         now_known->second->token.digest == holder->token.digest &&
                         now_known->second->token.state_at(now) == Token::State::kValid;
    if (goes_on) {
      close_all_of(*holder, protocol::kCloseRightsChanged,
                   "what the token of " + name + " may do was changed");
    } else {
      close_all_of(*holder, protocol::kCloseUnauthorized, "the token of " + name + " was revoked");
    }
  }
}

void Gate::close_all_of(Holder& holder, std::uint16_t code, const std::string& why) {
  holder.barred = true;
  if (holder.connections == 0) return;
  spdlog::info("{}: its {} connections are closed", why, holder.connections);
  for (const auto& [connection, guest] : guests_) {
    if (guest.holder.get() == &holder) peers_.close(connection, code, why);
  }
}

void Gate::tick() {
  const auto now = timers_.now();
  if (now < next_look_) return;
  next_look_ = now + kLookEvery;
  if (not_logged_ > 0 && now >= log_minute_ + kLogEvery) {
    spdlog::warn("{} more attempts with no token or a wrong one were refused",
                 std::exchange(not_logged_, 0));
  }
  if (!holders_) return;
  for (const auto& [name, holder] : *holders_) {
    if (holder->barred || holder->token.state_at(now) != Token::State::kExpired) continue;
    close_all_of(*holder, protocol::kCloseUnauthorized, "the token of " + name + " has expired");
  }
}

// ---- who is it ----------------------------------------------------------------------------------

// The log has the first of each minute; a flood of them must not fill a disk.
Error Gate::refused(const std::string& address, std::string why) {
  const auto now = timers_.now();
  if (now >= log_minute_ + kLogEvery) {
    log_minute_ = now;
    logged_ = 0;
  }
  if (logged_ < kMostLogged) {
    ++logged_;
    spdlog::warn("refused {}: {}", address, why);
  } else {
    ++not_logged_;
  }
  return {"unauthorized", std::move(why), {}, {}};
}

tl::expected<HolderPtr, Error> Gate::find(std::string_view token, const std::string& address) {
  if (!holders_) return everybody_;
  if (token.empty()) {
    return tl::unexpected(refused(
        address, "this hub needs a token: ask who runs it for one (fedwatt-hub token add)"));
  }
  const auto parts = access::parse_token_text(token);
  const auto found = parts ? holders_->find(parts->name) : holders_->end();
  // The digest is made in any case, so that the time tells nothing of which names there are.
  const auto digest = access::digest_of(parts ? parts->secret : token);
  if (found == holders_->end() || !access::same(digest, found->second->token.digest)) {
    return tl::unexpected(refused(address, "this token is none that the hub knows"));
  }
  const HolderPtr& holder = found->second;
  const auto& name = holder->token.name;
  switch (holder->token.state_at(timers_.now())) {
    case Token::State::kRevoked:
      return tl::unexpected(refused(address, "the token of " + name + " was revoked"));
    case Token::State::kExpired:
      return tl::unexpected(refused(address, "the token of " + name + " has expired"));
    case Token::State::kValid:
      break;
  }
  return holder;
}

std::optional<Error> Gate::refuse_entry(const Holder& holder, net::Endpoint endpoint) const {
  if (auto error = holder.refuse(entering(endpoint))) return error;
  if (holder.connections < holder.token.limits.connections) return std::nullopt;
  return Error{"too_many",
               "the token of " + holder.token.name + " has its " +
                   std::to_string(holder.connections) + " connections already",
               {},
               {}};
}

HolderPtr Gate::opened(net::ConnectionId connection, net::Endpoint endpoint,
                       const net::Peer& peer) {
  Guest& guest = guests_[connection] = {endpoint, peer.address, nullptr};
  if (holders_ && peer.bearer.empty()) return nullptr;
  // The handshake was answered with this token a moment ago; if it is gone since, hello tells.
  const auto holder = find(peer.bearer, peer.address);
  if (!holder || refuse_entry(**holder, endpoint)) return nullptr;
  guest.holder = *holder;
  ++guest.holder->connections;
  return guest.holder;
}

tl::expected<HolderPtr, Error> Gate::said_hello(net::ConnectionId connection,
                                                std::string_view token) {
  Guest& guest = guests_.at(connection);
  if (guest.holder) return guest.holder;
  auto holder = find(token, guest.address);
  if (!holder) return holder;
  if (auto error = refuse_entry(**holder, guest.endpoint)) return tl::unexpected(std::move(*error));
  guest.holder = *holder;
  ++guest.holder->connections;
  return holder;
}

void Gate::closed(net::ConnectionId connection) {
  const auto guest = guests_.extract(connection);
  if (!guest.empty() && guest.mapped().holder) --guest.mapped().holder->connections;
}

std::map<std::string, std::uint64_t> Gate::connections_by_role() const {
  std::map<std::string, std::uint64_t> roles;
  for (const auto& [connection, guest] : guests_) {
    if (holders_ && guest.holder) ++roles[access::name_of(guest.holder->token.role)];
  }
  return roles;
}

std::optional<std::size_t> Gate::valid_tokens() const {
  if (!holders_) return std::nullopt;
  const auto now = timers_.now();
  return static_cast<std::size_t>(
      std::count_if(holders_->begin(), holders_->end(), [now](const auto& each) {
        return each.second->token.state_at(now) == Token::State::kValid;
      }));
}

// ---- over HTTP ----------------------------------------------------------------------------------

net::HttpResponse Gate::answer_refusal(const Error& error, bool token_was_given) {
  ++refusals_[error.code];
  if (error.code == "too_many") return failed(429, "too_many", error.message);
  const bool unauthorized = error.code == "unauthorized";
  auto answer = failed(unauthorized ? 401 : 403, error.code.c_str(), error.message);
  std::string challenge = R"(Bearer realm="fedwatt")";  // as RFC 6750 has it
  if (!unauthorized) {
    challenge += R"(, error="insufficient_scope")";
  } else if (token_was_given) {
    challenge += R"(, error="invalid_token")";
  }
  answer.headers.emplace_back("WWW-Authenticate", challenge);
  return answer;
}

std::optional<net::HttpResponse> Gate::refuse_handshake(net::Endpoint endpoint,
                                                        const net::Peer& peer) {
  // Who can set no headers has hello.
  if (!holders_ || peer.bearer.empty()) return std::nullopt;
  const auto holder = find(peer.bearer, peer.address);
  if (!holder) return answer_refusal(holder.error(), true);
  if (const auto error = refuse_entry(**holder, endpoint)) return answer_refusal(*error, true);
  return std::nullopt;
}

tl::expected<HolderPtr, net::HttpResponse> Gate::holder_of_request(const net::Peer& peer,
                                                                   Action action) {
  auto holder = find(peer.bearer, peer.address);
  if (!holder) return tl::unexpected(answer_refusal(holder.error(), !peer.bearer.empty()));
  if (const auto error = (*holder)->refuse(action)) {
    return tl::unexpected(answer_refusal(*error, true));
  }
  if (action == Action::kMetrics && !(*holder)->token.runs.include_everything()) {
    return tl::unexpected(
        answer_refusal({"not_allowed",
                        "/metrics counts all runs, and the token of " + (*holder)->token.name +
                            " is not for all of them: it needs --runs '*'",
                        {},
                        {}},
                       true));
  }
  return *std::move(holder);
}

}  // namespace fedwatt::hub
