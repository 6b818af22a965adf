#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "fedwatt/hub/webhook.h"
#include "fedwatt/hub/worker_desk.h"
#include "fedwatt/net/socket_server.h"

namespace fedwatt::hub {

// All that a person can set, from the command line, the environment and a file, in that order.
struct Settings {
  std::string listen_address;
  std::uint16_t listen_port = 0;
  std::string database;
  std::chrono::seconds wait_for_store{0};  // at the start, if it is unavailable
  std::string log_level;
  std::size_t max_connections = 0;
  net::Patience patience;
  RunDefaults defaults;
  std::chrono::seconds live_refresh{0};
  WebhookSettings webhooks;
};

// What the program should do instead of starting: print this and exit.
struct Exit {
  int status = 0;
  std::string text;  // to standard output if the status is 0, else to standard error
};

std::variant<Settings, Exit> read_settings(int argc, const char* const* argv);

}  // namespace fedwatt::hub
