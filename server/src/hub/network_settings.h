#pragma once

#include <string>

#include "fedwatt/hub/settings.h"

namespace fedwatt::hub {

// What a person said about whom the hub is to listen to.
struct NetworkFlags {
  net::DoorRules door;
  net::TlsFiles tls;
  bool insecure = false;
};

// Completes settings that know already where to listen and whether there are tokens. The result is
// why the hub must not start so, in one sentence; empty: it may.
std::string apply(const NetworkFlags& flags, Settings& settings);

}  // namespace fedwatt::hub
