#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::net {

// Which web pages may speak to the hub. A browser says with every WebSocket, and with every request
// to another place, which page it acts for; programs do not.
class Origins {
 public:
  // `allowed`: "https://dashboard.example" or "http://10.0.0.7:8080"; throws std::invalid_argument
  // for what is none. With `by_address_only` the hub may be asked for only by an address, by
  // "localhost", by a name without a dot or by one of `allowed`: a page whose name was changed to
  // the hub's address (DNS rebinding) counts as the hub's own in a browser.
  Origins(std::vector<std::string> allowed, bool by_address_only);

  // With the headers Origin and Host; an origin that is empty is a program's.
  bool allows_origin(std::string_view origin, std::string_view host) const;
  bool allows_host(std::string_view host) const;

 private:
  std::vector<std::string> allowed_;
  bool by_address_only_;
};

}  // namespace fedwatt::net
