#include "fedwatt/carbon/equivalents.h"

#include <array>

namespace fedwatt::carbon {
namespace {

constexpr double kKmPerMile = 1.609344;             // exact, by definition
constexpr double kLitresPerUsGallon = 3.785411784;  // exact, by definition

struct Factor {
  const char* unit;
  double g_per_unit;
  const char* source;
  int year;
};

constexpr std::array kFactors{
    Factor{"km driven by an average passenger vehicle in the USA", 400 / kKmPerMile,
           "US EPA, Tailpipe Greenhouse Gas Emissions from a Typical Passenger Vehicle, "
           "EPA-420-F-23-014: 400 g/mile",
           2023},
    Factor{"km driven by an average new car in Europe", 108.1,
           "European Environment Agency, CO2 performance of new passenger cars in Europe: "
           "registered in 2022, WLTP",
           2022},
    Factor{"smartphones charged", 12.4,
           "US EPA, Greenhouse Gas Equivalencies Calculator: 1.24e-5 t a charge", 2024},
    Factor{"litres of petrol burned", 8887 / kLitresPerUsGallon,
           "US EPA and Department of Transportation, 75 FR 25324: 8887 g/gallon", 2010},
};

}  // namespace

std::vector<protocol::Equivalent> equivalents_of(double emissions_g) {
  std::vector<protocol::Equivalent> equivalents;
  equivalents.reserve(kFactors.size());
  for (const Factor& factor : kFactors) {
    equivalents.push_back({factor.unit, emissions_g / factor.g_per_unit, factor.g_per_unit,
                           factor.source, factor.year});
  }
  return equivalents;
}

}  // namespace fedwatt::carbon
