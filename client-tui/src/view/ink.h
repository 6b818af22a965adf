#pragma once

#include <cstddef>
#include <optional>

#include "text/words.h"

namespace fedwatt::viewer {

// What something in a plot is painted with: a tone, or the colour of one of several curves.
struct Ink {
  constexpr Ink(Tone own = Tone::kPlain) : tone(own) {}  // NOLINT(google-explicit-constructor)
  static constexpr Ink of_series(std::size_t index) {
    Ink ink;
    ink.series = index;
    return ink;
  }

  Tone tone;
  std::optional<std::size_t> series{};
  bool operator==(const Ink&) const = default;
};

}  // namespace fedwatt::viewer
