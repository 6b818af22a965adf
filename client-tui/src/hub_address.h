#pragma once

#include <string>

#include "link/tls.h"

namespace fedwatt::viewer {

// Where the hub is, how it is known to be the hub, and who it is told that we are.
struct HubAddress {
  std::string url;       // ws://HOST[:PORT] or wss://HOST[:PORT]
  link::TlsFiles tls{};  // for wss://
  std::string token{};   // a secret; "": none
};

}  // namespace fedwatt::viewer
