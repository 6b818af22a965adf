#include "exposure_warnings.h"

#include <spdlog/spdlog.h>

namespace fedwatt {
namespace {

constexpr std::chrono::hours kAgainAfter{1};

void warn_of_insecurity(net::Timers& timers) {
  spdlog::warn(
      "--insecure: whoever reaches this hub may report, watch and command; give it --tokens");
  timers.after(kAgainAfter, [&timers] { warn_of_insecurity(timers); });
}

}  // namespace

void warn_of_exposure(const hub::Settings& settings, net::Timers& timers) {
  if (settings.exposure == hub::Exposure::kInsecure) return warn_of_insecurity(timers);
  const bool readable = settings.exposure == hub::Exposure::kGuarded &&
                        settings.tls.certificate.empty() &&
                        net::reachable_from_elsewhere(settings.listen_address);
  if (readable) {
    spdlog::warn(
        "tokens come to {} in the clear, unless a proxy before it speaks TLS: give "
        "--tls-certificate and --tls-key",
        settings.listen_address);
  }
}

}  // namespace fedwatt
