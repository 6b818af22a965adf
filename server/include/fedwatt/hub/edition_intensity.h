#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>

#include "fedwatt/carbon/intensity.h"
#include "fedwatt/protocol/messages.h"

namespace fedwatt::hub {

// The intensities that somebody asked an edition for.
class EditionIntensity {
 public:
  // Fails with what is wrong with the region or the series. `known` is what the hub knows of the
  // grids, and must outlive the result.
  static tl::expected<EditionIntensity, protocol::Error> from(const protocol::Recompute& request,
                                                              const carbon::Intensities& known);

  // For a report of a worker in that region, as its hello names it. The source is "given" for a
  // number and "given series" for a series. Where the series does not cover the interval, what is
  // known of the worker's region does.
  carbon::Intensity of(const protocol::Report& report, carbon::Interval interval,
                       const std::string& worker_region);

  // One word for the edition's name: "FR".
  const std::string& word() const { return word_; }
  // The same in full, with the other settings: "region FR, PUE 1.2".
  const std::string& in_words() const { return in_words_; }

 private:
  explicit EditionIntensity(const carbon::Intensities& known) : known_(&known) {}

  const carbon::Intensities::Place& place_of(const std::string& region);

  const carbon::Intensities* known_;
  std::optional<double> number_;
  std::optional<std::string> region_;
  std::optional<carbon::IntensitySeries> series_;
  std::unordered_map<std::string, carbon::Intensities::Place> places_;  // those looked up so far
  std::string word_;
  std::string in_words_;
};

}  // namespace fedwatt::hub
