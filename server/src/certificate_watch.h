#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "fedwatt/hub/metrics.h"
#include "fedwatt/net/peers.h"
#include "fedwatt/net/tls_identity.h"

namespace fedwatt {

// What the hub shows to be the hub; null if no certificate is named. The error is what is wrong
// with the files, in one sentence.
tl::expected<std::shared_ptr<net::TlsIdentity>, std::string> read_identity(
    const net::TlsFiles& files);

// Reads the files again now, for connections from now on; if anything is wrong with them, the log
// says so and what was before stays. For the I/O thread.
void reload_certificate(net::TlsIdentity& identity);

// The same every few seconds, when the files have changed; and shows when the certificate expires.
// `timers` and `metrics` must outlive the event loop.
void watch_certificate(const std::shared_ptr<net::TlsIdentity>& identity, net::Timers& timers,
                       hub::Metrics& metrics);

}  // namespace fedwatt
