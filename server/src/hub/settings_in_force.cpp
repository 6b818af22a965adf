#include "fedwatt/hub/settings_in_force.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace fedwatt::hub {
namespace {

// All others are what something was built with at the start.
constexpr std::array<std::string_view, 16> kChangeable{
    "log-level",    "log-format",         "round-quorum",      "round-deadline",
    "worker-grace", "worker-stale",       "run-abandon",       "forecast-after",
    "pue",          "network-kwh-per-gb", "network-intensity", "intensity-table",
    "policy",       "intensity-series",   "alert-webhook",     "alert-webhook-header"};

constexpr char kMask[] = "***";

// "postgresql://user:***@host/name?password=***"
std::string without_password(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto begin = scheme + 3;
  // A password may hold an @ that somebody forgot to write as %40: the last one ends it.
  const auto at = url.rfind('@');
  const auto colon = url.find(':', begin);
  if (at != std::string::npos && colon < at) url.replace(colon + 1, at - colon - 1, kMask);
  for (const std::string_view key : {"password=", "sslpassword="}) {
    for (auto found = url.find(key); found != std::string::npos;
         found = url.find(key, found + key.size())) {
      const auto value = found + key.size();
      url.replace(value, std::min(url.find('&', value), url.size()) - value, kMask);
    }
  }
  return url;
}

// A webhook's address is often itself the secret: only where it is stays.
std::string without_path(const std::string& urls) {
  std::string out;
  std::size_t at = 0;
  while (at < urls.size()) {
    const auto end = std::min(urls.find_first_of(" ,\"]", at), urls.size());
    auto word = urls.substr(at, end - at);
    if (const auto scheme = word.find("://"); scheme != std::string::npos) {
      const auto host = scheme + 3;
      const auto slash = std::min(word.find_first_of("/?#", host), word.size());
      const auto user = word.rfind('@', slash);
      const auto from = user == std::string::npos || user < host ? host : user + 1;
      word = word.substr(0, host) + word.substr(from, slash - from) +
             (slash < word.size() ? std::string("/") + kMask : "");
    }
    out += word;
    if (end < urls.size()) out += urls[end];
    at = end + 1;
  }
  return out;
}

std::string as_line(const SettingInForce& setting) {
  return setting.name + " = " + shown_value(setting);
}

}  // namespace

bool can_change_while_running(const std::string& name) {
  return std::find(kChangeable.begin(), kChangeable.end(), name) != kChangeable.end();
}

std::string shown_value(const SettingInForce& setting) {
  const auto& [name, value, source] = setting;
  if (value.empty()) return "\"\"";
  if (name == "electricity-maps-token" || name == "alert-webhook-header") return kMask;
  if (name == "database") return without_password(value);
  if (name == "alert-webhook") return without_path(value);
  return value;
}

std::string settings_text(const SettingsInForce& settings) {
  std::string text;
  for (const auto& setting : settings) {
    text += fmt::format("{:<48} # {}\n", as_line(setting), setting.source);
  }
  return text;
}

SettingChanges changes_between(const SettingsInForce& before, const SettingsInForce& now) {
  SettingChanges changes;
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    if (before[i].value == now[i].value) continue;
    auto& list = can_change_while_running(now[i].name) ? changes.applied : changes.at_restart;
    list.push_back(as_line(now[i]));
  }
  return changes;
}

}  // namespace fedwatt::hub
