#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "fedwatt/access/tokens_file.h"
#include "fedwatt/hub/log.h"
#include "fedwatt/hub/settings_in_force.h"
#include "fedwatt/hub/webhook.h"
#include "fedwatt/hub/worker_desk.h"
#include "fedwatt/net/door.h"
#include "fedwatt/net/socket_server.h"
#include "fedwatt/net/tls_identity.h"

namespace fedwatt::hub {

// Whom the hub is there for.
enum class Exposure {
  kLocal,     // who is on this machine
  kGuarded,   // everybody who has a token
  kInsecure,  // everybody: a person insisted
};

// All that a person can set: from the command line, else the environment, else a file.
struct Settings {
  std::string listen_address;
  std::uint16_t listen_port = 0;
  std::string database;
  std::chrono::seconds wait_for_store{0};  // at the start, if it is unavailable
  std::string log_level;
  LogFormat log_format = LogFormat::kText;
  std::size_t max_connections = 0;
  std::string tokens_file;  // empty: nobody needs a token
  access::Tokens tokens;    // what it says
  net::Patience patience;
  net::DoorRules door;
  net::TlsFiles tls;  // no certificate: TLS is not spoken
  Exposure exposure = Exposure::kLocal;
  RunDefaults defaults;
  std::chrono::seconds live_refresh{0};
  WebhookSettings webhooks;
  SettingsInForce in_force;  // all of these, as they were written
};

// What the program should do instead of starting: print this and exit.
struct Exit {
  int status = 0;
  std::string text;  // to standard output if the status is 0, else to standard error
};

// May be called again, to see what has changed. Reads files, so it may block.
std::variant<Settings, Exit> read_settings(int argc, const char* const* argv);

}  // namespace fedwatt::hub
