#include "fedwatt/hub/intensity_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace fedwatt::hub {
namespace {

using carbon::Intensities;
using carbon::Region;
using carbon::RegionTable;

tl::expected<std::string, std::string> contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // a folder opens, and cannot be read
  if (!file.is_open() || file.bad()) return tl::unexpected(path + " cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What `parse` makes of a file; its complaint is preceded by the file's name.
template <typename Parse>
auto read_file(const std::string& path, const Parse& parse) {
  return contents_of(path).and_then([&](const std::string& text) {
    return parse(text).map_error([&](const std::string& error) { return path + ": " + error; });
  });
}

constexpr std::size_t kMaxTokenBytes = 1'000;

// The token without the line break at its end; empty if none was given.
tl::expected<std::string, std::string> token_of(const LiveSettings& settings) {
  std::string token = settings.electricity_maps_token;
  if (const auto& file = settings.electricity_maps_token_file; !file.empty()) {
    if (!token.empty()) {
      return tl::make_unexpected(
          "--electricity-maps-token and --electricity-maps-token-file are both given");
    }
    auto text = contents_of(file);
    if (!text) return tl::unexpected("--electricity-maps-token-file: " + text.error());
    token = text->substr(0, text->find_first_of("\r\n"));
    if (token.empty()) {
      return tl::unexpected("--electricity-maps-token-file: " + file +
                            " has no token in its first line");
    }
  }
  const bool is_word =
      token.size() <= kMaxTokenBytes &&
      std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > ' ' && c <= '~'; });
  if (!is_word) {
    return tl::make_unexpected("the Electricity Maps token is not one word of ASCII characters");
  }
  return token;
}

// Without the slashes at its end.
tl::expected<std::string, std::string> base_url(const std::string& option, std::string url) {
  const bool is_http = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
  if (!is_http || url.find_first_of(" \t\r\n?#") != std::string::npos) {
    return tl::unexpected(option + " " + url + " is not an address as https://example.org");
  }
  while (url.back() == '/') url.pop_back();
  return url;
}

bool has_part(const Region& region, const std::string& folded_part) {
  const auto holds = [&folded_part](const std::string& name) {
    return carbon::folded(name).find(folded_part) != std::string::npos;
  };
  return holds(region.code) || holds(region.name) ||
         std::any_of(region.also.begin(), region.also.end(), holds);
}

}  // namespace

tl::expected<Intensities, std::string> read_intensities(const std::string& table_file,
                                                        const std::vector<std::string>& series) {
  Intensities intensities;
  if (!table_file.empty()) {
    auto table = read_file(table_file, RegionTable::parse);
    if (!table) return tl::unexpected("--intensity-table: " + table.error());
    intensities = Intensities(std::make_shared<const RegionTable>(std::move(*table)));
  }
  for (const auto& each : series) {
    const auto equals = each.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == each.size()) {
      return tl::unexpected("--intensity-series " + each +
                            " is not REGION=FILE, for example FR=france.csv");
    }
    auto read = read_file(each.substr(equals + 1), carbon::IntensitySeries::parse);
    if (!read) return tl::unexpected("--intensity-series: " + read.error());
    intensities.set_series(each.substr(0, equals), std::move(*read));
  }
  return intensities;
}

tl::expected<std::shared_ptr<carbon::LiveIntensities>, std::string> live_intensities(
    const LiveSettings& settings) {
  std::vector<std::unique_ptr<const carbon::LiveProvider>> providers;
  if (settings.uk_carbon_intensity) {
    auto url = base_url("--uk-carbon-intensity-url", settings.uk_carbon_intensity_url);
    if (!url) return tl::unexpected(std::move(url).error());
    providers.push_back(carbon::uk_carbon_intensity(*std::move(url)));
  }
  auto token = token_of(settings);
  if (!token) return tl::unexpected(std::move(token).error());
  if (!token->empty()) {
    auto url = base_url("--electricity-maps-url", settings.electricity_maps_url);
    if (!url) return tl::unexpected(std::move(url).error());
    providers.push_back(carbon::electricity_maps(*std::move(url), *std::move(token)));
  }
  if (providers.empty()) return nullptr;
  return std::make_shared<carbon::LiveIntensities>(std::move(providers));
}

std::string list_regions(const RegionTable& table, std::string_view part) {
  const auto wanted = carbon::folded(part);
  std::string text;
  for (const auto& region : table.regions()) {
    if (!has_part(region, wanted)) continue;
    text += fmt::format("{:<8} {:<32} {:>7} g/kWh  {}  {}", region.code, region.name,
                        region.g_per_kwh, region.year, region.source);
    if (!region.also.empty()) text += fmt::format("; also {}", fmt::join(region.also, ", "));
    text += '\n';
  }
  return text;
}

}  // namespace fedwatt::hub
