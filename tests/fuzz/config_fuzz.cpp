#include <array>

#include "fedwatt/hub/settings.h"
#include "fedwatt/protocol/policy_text.h"
#include "fuzz_checks.h"
#include "temporary_file.h"

// The hub's configuration file. What is accepted must lie in the ranges that the help promises;
// what is not must be told in one sentence.

namespace fedwatt::hub {
namespace {

using fuzz::require;

void require_in_range(const Settings& settings) {
  const auto& rules = settings.defaults.rules;
  const auto& carbon = settings.defaults.carbon;
  require(!settings.listen_address.empty(), "there is an address to listen on");
  require(settings.max_connections >= 1 && settings.max_connections <= 1'000'000, "connections");
  require(rules.quorum >= 0 && rules.quorum <= 1, "round-quorum");
  for (const auto milliseconds :
       {rules.deadline_ms, rules.grace_ms, rules.abandon_ms, rules.stale_ms}) {
    require(milliseconds >= 0 && milliseconds <= 366LL * 86'400'000, "no time is over a year");
  }
  require(rules.forecast_after_rounds >= 3, "forecast-after");
  require(carbon.default_pue >= 1 && carbon.default_pue <= 100, "pue");
  require(carbon.network_kwh_per_gb >= 0 && carbon.network_kwh_per_gb <= 1e3, "network energy");
  require(carbon.network_intensity_g_per_kwh >= 0 && carbon.network_intensity_g_per_kwh <= 1e5,
          "network intensity");
  require(settings.live_refresh >= std::chrono::seconds{60} &&
              settings.live_refresh <= std::chrono::seconds{3600},
          "live-intensity-refresh");
  require(settings.webhooks.urls.size() <= 8 && settings.webhooks.headers.size() <= 8, "webhooks");
  const auto policies = protocol::policy_text(settings.defaults.policies);
  require(policies.empty() || protocol::parse_policies(policies) == settings.defaults.policies,
          "policies can be written down");
}

void check(std::string_view text) {
  const fuzz::TemporaryFile file(text);
  const std::string path = file.path();
  const std::array<const char*, 3> words = {"fedwatt-hub", "--config", path.c_str()};
  const auto read = read_settings(static_cast<int>(words.size()), words.data());
  if (const auto* settings = std::get_if<Settings>(&read)) return require_in_range(*settings);
  const auto& [status, message] = std::get<Exit>(read);
  require(status != 0, "a file asks for no help");
  require(!message.empty() && message.back() == '\n', "a message is a line");
  fuzz::require_sentence(std::string_view(message).substr(0, message.size() - 1));
}

}  // namespace
}  // namespace fedwatt::hub

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fedwatt::hub::check(fedwatt::fuzz::as_text(data, size));
  return 0;
}
