#pragma once

#include <string>

#include "link/tls.h"

namespace fedwatt::viewer {

// Where the hub is, and how it is known to be the hub.
struct HubAddress {
  std::string url;       // ws://HOST[:PORT] or wss://HOST[:PORT]
  link::TlsFiles tls{};  // for wss://
};

}  // namespace fedwatt::viewer
