#include <stdexcept>

#include "fedwatt/carbon/intensity_series.h"
#include "fedwatt/carbon/region_table.h"
#include "fedwatt/hub/webhook.h"
#include "fedwatt/protocol/policy_text.h"
#include "fuzz_checks.h"
#include "link/hub_url.h"

// The small texts that people write: policies, tables and series of intensities, addresses,
// webhooks, times. What is accepted must read back as itself; what is not, be told in one sentence.

namespace fedwatt {
namespace {

using fuzz::require;
using fuzz::require_message;
using fuzz::require_sentence;

void check_policies(std::string_view text) {
  const auto policies = protocol::parse_policies(text);
  if (!policies) return require_sentence(policies.error());
  const auto again = protocol::policy_text(*policies);
  require(protocol::parse_policies(again) == policies, "policies can be written down");
  require(protocol::policy_text(*protocol::parse_policies(again)) == again, "always the same way");
}

void check_regions(std::string_view text) {
  const auto table = carbon::RegionTable::parse(text);
  if (!table) return require_message(table.error());
  for (const auto& region : table->regions()) {
    require(region.g_per_kwh >= 0 && region.g_per_kwh <= carbon::kMostGPerKwh, "an intensity");
    require(table->named(region.code) == &region, "a region is found by its code");
    require(table->covering(region.name) == &region, "a region is found by its name");
  }
}

void check_series(std::string_view text) {
  using std::chrono::hours;
  const auto series = carbon::IntensitySeries::parse(text);
  if (!series) return require_message(series.error());
  const auto comma = text.find(",", text.find('\n'));
  const auto line = text.rfind('\n', comma);
  const auto first = protocol::parse_timestamp(text.substr(line + 1, comma - line - 1));
  if (!first) return;  // quoted, or after a comment
  for (const auto length : {hours{0}, hours{1}, hours{24 * 365}}) {
    const auto part = series->over({*first, *first + length});
    require(part.share > 0 && part.share <= 1, "a share is one");
    require(part.g_per_kwh >= 0 && part.g_per_kwh <= carbon::kMostGPerKwh * 1.001, "a mean is one");
  }
}

void check_address(std::string_view text) {
  try {
    const auto url = link::parse_hub_url(text);
    const auto again = link::parse_hub_url("ws://" + url.authority());
    require(again.host == url.host && again.port == url.port, "an address reads back");
  } catch (const std::invalid_argument& refusal) {
    require_message(refusal.what());
  }
}

void check_webhooks(const std::vector<std::string_view>& lines) {
  const std::vector<std::string> words(lines.begin(), lines.end());
  const auto urls = hub::checked_webhooks(words, {});
  if (!urls) require_sentence(urls.error());
  const auto headers = hub::checked_webhooks({}, words);
  if (!headers) return require_sentence(headers.error());
  for (const auto& header : headers->headers) require_sentence(header);
}

void check_time(std::string_view text) {
  const auto time = protocol::parse_timestamp(text);
  if (!time) return;
  const auto again = protocol::format_timestamp(*time);
  require(again.size() == 24 && protocol::parse_timestamp(again) == time, "a time reads back");
}

}  // namespace
}  // namespace fedwatt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedwatt;
  const auto text = fuzz::as_text(data, size);
  check_policies(text);
  check_regions(text);
  check_series(text);
  check_address(text);
  check_webhooks(fuzz::lines_of(text));
  check_time(text);
  return 0;
}
