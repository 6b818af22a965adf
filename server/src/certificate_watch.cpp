#include "certificate_watch.h"

#include <spdlog/spdlog.h>

#include "fedwatt/protocol/time.h"

namespace fedwatt {
namespace {

using std::chrono::system_clock;

constexpr std::chrono::seconds kLookEvery{3};
constexpr std::chrono::hours kExpiresSoon{14 * 24};

std::string day_of(system_clock::time_point time) {
  const auto at = std::chrono::time_point_cast<std::chrono::milliseconds>(time);
  return protocol::format_timestamp(at).substr(0, sizeof "2026-01-01" - 1);
}

void tell_of_expiry(const net::TlsIdentity& identity) {
  const auto& file = identity.files().certificate;
  const auto left = identity.expires_at() - system_clock::now();
  if (left <= system_clock::duration::zero()) {
    spdlog::warn("the certificate in {} expired on {}: clients refuse it; renew it", file,
                 day_of(identity.expires_at()));
  } else if (left < kExpiresSoon) {
    spdlog::warn("the certificate in {} expires on {}: renew it", file,
                 day_of(identity.expires_at()));
  } else {
    spdlog::info("the certificate in {} is good until {}", file, day_of(identity.expires_at()));
  }
}

void look(const std::shared_ptr<net::TlsIdentity>& identity, net::Timers& timers) {
  if (identity->changed()) reload_certificate(*identity);
  timers.after(kLookEvery, [identity, &timers] { look(identity, timers); });
}

}  // namespace

tl::expected<std::shared_ptr<net::TlsIdentity>, std::string> read_identity(
    const net::TlsFiles& files) {
  if (files.certificate.empty()) return nullptr;
  auto identity = std::make_shared<net::TlsIdentity>(files);
  const auto problem = identity->load();
  if (!problem.empty()) return tl::unexpected(problem);
  tell_of_expiry(*identity);
  return identity;
}

void reload_certificate(net::TlsIdentity& identity) {
  const auto problem = identity.load();
  if (problem.empty()) return tell_of_expiry(identity);
  spdlog::error("{}; the certificate from before stays in use", problem);
}

void watch_certificate(const std::shared_ptr<net::TlsIdentity>& identity, net::Timers& timers,
                       hub::Metrics& metrics) {
  metrics.gauge("fedwatt_tls_certificate_expiry_seconds",
                "When the certificate expires, in seconds since 1970.", [identity] {
                  const auto since = identity->expires_at().time_since_epoch();
                  return std::chrono::duration<double>(since).count();
                });
  look(identity, timers);
}

}  // namespace fedwatt
