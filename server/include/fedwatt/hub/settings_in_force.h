#pragma once

#include <string>
#include <vector>

namespace fedwatt::hub {

// One setting, and where it came from.
struct SettingInForce {
  std::string name;    // "round-deadline"
  std::string value;   // as it was written; may be a secret: see shown_value()
  std::string source;  // "default", "command line", "environment FEDWATT_PUE", "file hub.conf"
};
using SettingsInForce = std::vector<SettingInForce>;

// Its value for people: passwords, tokens, and what of a webhook may be one, are "***".
std::string shown_value(const SettingInForce& setting);

// All of them as lines of a --config file, each with its source as a comment.
std::string settings_text(const SettingsInForce& settings);

// What another reading of the settings brought. Both lists are the same options in the same order.
struct SettingChanges {
  std::vector<std::string> applied;     // "round-deadline = 60", as far as a running hub can
  std::vector<std::string> at_restart;  // the same, for those that it cannot
};
SettingChanges changes_between(const SettingsInForce& before, const SettingsInForce& now);

// Whether a running hub takes a new value of this setting.
bool can_change_while_running(const std::string& name);

}  // namespace fedwatt::hub
