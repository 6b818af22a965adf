#pragma once

#include "fedwatt/hub/settings.h"
#include "fedwatt/net/peers.h"

namespace fedwatt {

// Says in the log, now and every hour, that whoever reaches the hub may do everything; or, now,
// that tokens travel so that others can read them. Nothing where neither is so.
void warn_of_exposure(const hub::Settings& settings, net::Timers& timers);

}  // namespace fedwatt
