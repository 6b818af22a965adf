#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>

#include "fedwatt/access/allowance.h"
#include "fedwatt/access/tokens_file.h"
#include "fedwatt/net/peers.h"
#include "fedwatt/protocol/messages.h"

namespace fedwatt::hub {

// One token, and what its connections together have used of it. Shared by them; a token that is
// changed is another one.
struct Holder {
  explicit Holder(access::Token its_token);

  // Empty if the role may do this.
  std::optional<protocol::Error> refuse(access::Action action,
                                        const std::optional<std::string>& id = {}) const;

  const access::Token token;
  bool barred = false;  // revoked, expired or changed: nothing more is taken from its connections
  std::int64_t connections = 0;
  access::Allowance reports;
  access::Allowance runs;
};
using HolderPtr = std::shared_ptr<Holder>;
// Its token, kept with it.
std::shared_ptr<const access::Token> token_of(const HolderPtr& holder);

// Who may come in: knows the tokens, and whose each connection is. Closes a connection when its
// token is no more what it was let in with. Without tokens everybody may do everything. For the
// I/O thread; no call blocks.
class Gate {
 public:
  Gate(net::Peers& peers, net::Timers& timers);

  // From now on these are needed, in the place of any before.
  void use(const access::Tokens& tokens);

  // Whether a handshake is refused: what to answer then.
  std::optional<net::HttpResponse> refuse_handshake(net::Endpoint endpoint, const net::Peer& peer);
  // Whose request it is; else what to answer.
  tl::expected<HolderPtr, net::HttpResponse> holder_of_request(const net::Peer& peer,
                                                               access::Action action);

  // A connection, and whose it is as far as its handshake said. Null: its hello must say.
  HolderPtr opened(net::ConnectionId connection, net::Endpoint endpoint, const net::Peer& peer);
  tl::expected<HolderPtr, protocol::Error> said_hello(net::ConnectionId connection,
                                                      std::string_view token);
  void closed(net::ConnectionId connection);

  // Now and then: closes the connections whose token has expired.
  void tick();

  // Handshakes and requests that it refused, by the error's code.
  const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }
  // Connections that are let in by a token, by its role; empty without tokens.
  std::map<std::string, std::uint64_t> connections_by_role() const;
  // Tokens that are valid now; empty without tokens.
  std::optional<std::size_t> valid_tokens() const;

 private:
  struct Guest {
    net::Endpoint endpoint = net::Endpoint::kWorker;
    std::string address;
    HolderPtr holder;  // null before it said whose it is
  };

  tl::expected<HolderPtr, protocol::Error> find(std::string_view token, const std::string& address);
  protocol::Error refused(const std::string& address, std::string why);
  // Whether it may use that endpoint, and has connections left.
  std::optional<protocol::Error> refuse_entry(const Holder& holder, net::Endpoint endpoint) const;
  void close_all_of(Holder& holder, std::uint16_t code, const std::string& why);
  net::HttpResponse answer_refusal(const protocol::Error& error, bool token_was_given);

  net::Peers& peers_;
  net::Timers& timers_;
  const HolderPtr everybody_;
  std::optional<std::map<std::string, HolderPtr, std::less<>>> holders_;  // by their tokens' names
  std::unordered_map<net::ConnectionId, Guest> guests_;
  std::map<std::string, std::uint64_t> refusals_;
  net::Timers::Time next_look_;
  // Of failed attempts, in the log.
  net::Timers::Time log_minute_;
  int logged_ = 0;
  std::uint64_t not_logged_ = 0;
};

// How a connection is closed after an error about its token.
std::uint16_t close_code_of(const protocol::Error& error);

}  // namespace fedwatt::hub
