#include "fedwatt/carbon/intensity.h"

#include <algorithm>
#include <array>

namespace fedwatt::carbon {
namespace {

struct Country {
  std::string_view alpha_2;  // ISO 3166-1
  std::string_view alpha_3;
  double g_per_kwh;  // life-cycle emissions of the electricity generated, a year's average
  int year;
};

// Ember, Yearly Electricity Data, as processed by Our World in Data ("Carbon intensity of
// electricity generation"), CC BY 4.0.
constexpr auto kCountries = std::to_array<Country>({
    {"AE", "ARE", 492.7, 2023}, {"AR", "ARG", 358.9, 2024}, {"AT", "AUT", 102.6, 2024},
    {"AU", "AUS", 551.6, 2024}, {"BE", "BEL", 117.6, 2024}, {"BG", "BGR", 264.2, 2024},
    {"BR", "BRA", 103.2, 2024}, {"CA", "CAN", 174.8, 2024}, {"CH", "CHE", 36.6, 2024},
    {"CL", "CHL", 265.5, 2024}, {"CN", "CHN", 559.6, 2024}, {"CO", "COL", 285.8, 2024},
    {"CY", "CYP", 512.2, 2024}, {"CZ", "CZE", 413.9, 2024}, {"DE", "DEU", 344.1, 2024},
    {"DK", "DNK", 143.3, 2024}, {"EE", "EST", 341.0, 2024}, {"EG", "EGY", 571.9, 2024},
    {"ES", "ESP", 146.2, 2024}, {"FI", "FIN", 72.2, 2024},  {"FR", "FRA", 44.2, 2024},
    {"GB", "GBR", 210.9, 2024}, {"GR", "GRC", 319.8, 2024}, {"HK", "HKG", 682.0, 2023},
    {"HR", "HRV", 174.5, 2024}, {"HU", "HUN", 182.8, 2024}, {"ID", "IDN", 682.4, 2023},
    {"IE", "IRL", 279.7, 2024}, {"IL", "ISR", 567.3, 2023}, {"IN", "IND", 708.3, 2024},
    {"IS", "ISL", 28.3, 2023},  {"IT", "ITA", 287.5, 2024}, {"JP", "JPN", 482.3, 2024},
    {"KR", "KOR", 414.3, 2024}, {"LT", "LTU", 139.3, 2024}, {"LU", "LUX", 134.6, 2024},
    {"LV", "LVA", 136.2, 2024}, {"MA", "MAR", 577.7, 2024}, {"MX", "MEX", 484.8, 2024},
    {"MY", "MYS", 604.4, 2024}, {"NG", "NGA", 507.8, 2024}, {"NL", "NLD", 253.3, 2024},
    {"NO", "NOR", 30.7, 2024},  {"NZ", "NZL", 120.1, 2024}, {"PH", "PHL", 613.4, 2024},
    {"PK", "PAK", 398.6, 2024}, {"PL", "POL", 615.0, 2024}, {"PT", "PRT", 112.3, 2024},
    {"RO", "ROU", 245.6, 2024}, {"RS", "SRB", 670.8, 2024}, {"SA", "SAU", 696.3, 2023},
    {"SE", "SWE", 35.8, 2024},  {"SG", "SGP", 498.7, 2024}, {"SI", "SVN", 227.6, 2024},
    {"SK", "SVK", 96.5, 2024},  {"TH", "THA", 554.5, 2024}, {"TR", "TUR", 469.7, 2024},
    {"TW", "TWN", 635.7, 2024}, {"UA", "UKR", 256.2, 2022}, {"US", "USA", 383.5, 2024},
    {"VN", "VNM", 471.2, 2024}, {"ZA", "ZAF", 708.9, 2024},
});

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

}  // namespace

Intensity intensity_of_region(std::string_view region) {
  const std::string code = upper(region);
  const auto row = std::find_if(kCountries.begin(), kCountries.end(), [&code](const Country& each) {
    return each.alpha_2 == code || each.alpha_3 == code;
  });
  if (row == kCountries.end()) return {kWorldIntensityGPerKwh, "world"};
  return {row->g_per_kwh, "table:" + std::string(row->alpha_2)};
}

}  // namespace fedwatt::carbon
