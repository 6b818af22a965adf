#pragma once

#include <memory>
#include <tl/expected.hpp>

#include "fedwatt/hub/settings.h"
#include "fedwatt/store/store.h"

namespace fedwatt {

// Opens a store that was unavailable, which `first` says, as soon as it is there: for as long as
// settings.wait_for_store, or until it refuses for good. Meanwhile /healthz and /readyz are
// answered, on the port that settings.listen_port says afterwards, and peers are told to come back.
// Ends the process on SIGINT and SIGTERM. For the main thread; blocks.
tl::expected<std::unique_ptr<store::Store>, store::StoreError> wait_for_store(
    hub::Settings& settings, std::shared_ptr<net::TlsIdentity> identity,
    const store::StoreError& first);

}  // namespace fedwatt
