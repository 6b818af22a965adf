#include "network_settings.h"

namespace fedwatt::hub {

std::string apply(const NetworkFlags& flags, Settings& settings) {
  settings.door = flags.door;
  settings.tls = flags.tls;
  const auto problem = net::problem_with(flags.door);
  if (!problem.empty()) return "--trusted-proxy or --allow-origin: " + problem;
  if (flags.tls.certificate.empty() != flags.tls.key.empty()) {
    return "--tls-certificate and --tls-key need each other";
  }
  if (flags.tls.certificate.empty() && !flags.tls.client_ca.empty()) {
    return "--tls-client-ca needs --tls-certificate and --tls-key";
  }
  if (!settings.tokens_file.empty()) {
    settings.exposure = Exposure::kGuarded;
  } else if (!net::reachable_from_elsewhere(settings.listen_address)) {
    settings.exposure = Exposure::kLocal;
    settings.door.by_address_only = true;
  } else if (flags.insecure) {
    settings.exposure = Exposure::kInsecure;
  } else {
    return "without tokens whoever reaches " + settings.listen_address +
           " could report, watch and command: give --tokens, listen on 127.0.0.1, or insist with "
           "--insecure";
  }
  return {};
}

}  // namespace fedwatt::hub
