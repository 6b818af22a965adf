#pragma once

#include <functional>

#include "fedwatt/hub/alert_desk.h"
#include "fedwatt/hub/hub.h"
#include "fedwatt/hub/settings.h"

namespace fedwatt {

// What SIGHUP does: reads the settings again, takes over what can change in a hub that runs, and
// logs what has changed and what needs a restart. If they cannot be read, the old ones stay. For
// the I/O thread, which waits while files are read.
class Reload {
 public:
  using ReadAgain = std::function<std::variant<hub::Settings, hub::Exit>()>;

  // `hub` and `alerts` work with `settings`, and must outlive it.
  Reload(const hub::Settings& settings, ReadAgain read_again, hub::Hub& hub,
         hub::AlertDesk& alerts);

  void operator()();

 private:
  const ReadAgain read_again_;
  hub::Hub& hub_;
  hub::AlertDesk& alerts_;
  const std::shared_ptr<carbon::LiveIntensities> live_;  // who asks for them goes on
  hub::SettingsInForce in_force_;
  bool succeeded_ = true;  // the last time
};

}  // namespace fedwatt
