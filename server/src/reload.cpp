#include "reload.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace fedwatt {
namespace {

// What it would have printed: "fedwatt-hub: why\n".
std::string why_of(const hub::Exit& exit) {
  constexpr std::string_view kPrefix = "fedwatt-hub: ";
  std::string_view why = exit.text;
  if (why.starts_with(kPrefix)) why.remove_prefix(kPrefix.size());
  return std::string(why.substr(0, why.find('\n')));
}

// What needs a restart stays as it was, so that each reload says so again.
hub::SettingsInForce in_force_after(hub::SettingsInForce before, const hub::SettingsInForce& now) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (hub::can_change_while_running(now[i].name)) before[i] = now[i];
  }
  return before;
}

}  // namespace

Reload::Reload(const hub::Settings& settings, ReadAgain read_again, hub::Hub& hub,
               hub::AlertDesk& alerts)
    : read_again_(std::move(read_again)),
      hub_(hub),
      alerts_(alerts),
      live_(settings.defaults.intensities.live()),
      in_force_(settings.in_force) {
  hub_.metrics().gauge("fedwatt_settings_read",
                       "1 if the settings could be read when they were last asked for, else 0.",
                       [this] { return succeeded_ ? 1 : 0; });
}

void Reload::operator()() {
  auto read = read_again_();
  succeeded_ = std::holds_alternative<hub::Settings>(read);
  if (const auto* exit = std::get_if<hub::Exit>(&read)) {
    spdlog::error("the settings cannot be read again, so the old ones stay: {}", why_of(*exit));
    return;
  }
  auto& settings = std::get<hub::Settings>(read);
  settings.defaults.intensities.set_live(live_);
  hub::set_log(settings.log_level, settings.log_format);
  hub_.change_defaults(std::move(settings.defaults));
  alerts_.change(settings.webhooks);

  const auto changes = hub::changes_between(in_force_, settings.in_force);
  in_force_ = in_force_after(std::move(in_force_), settings.in_force);
  spdlog::info("settings read again; {} changed, and files that they name were read",
               changes.applied.size());
  for (const auto& each : changes.applied) spdlog::info("setting changed: {}", each);
  for (const auto& each : changes.at_restart) {
    spdlog::warn("setting not changed, as that needs a restart: {}", each);
  }
}

}  // namespace fedwatt
