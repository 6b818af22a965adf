#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "fedwatt/fedwatt.h"
#include "fedwatt/worker.h"

// Between the structs of fedwatt.h and the types of worker.h.

namespace fedwatt::c {

// No struct of ours has been, or will be, larger.
inline constexpr std::size_t kLargestStruct = 4096;

extern const fedwatt_options kDefaultOptions;

// Reads as much of `given` as its caller and this library both know over what `known` holds. False
// for a size that cannot be: one that does not reach the member after the first.
template <class Struct>
bool read(const Struct* given, Struct* known) {
  constexpr std::size_t kLeast = 2 * sizeof(void*);
  if (!given || given->size < kLeast || given->size > kLargestStruct) return false;
  if (given->size % alignof(Struct) != 0) return false;
  std::memcpy(known, given, std::min(given->size, sizeof(Struct)));
  return true;
}

// Without the log. Throws std::invalid_argument for an enumeration's number that is none.
WorkerOptions options_of(const fedwatt_options& given);
RoundResult result_of(const fedwatt_result& given);
EnergyReading reading_of(const fedwatt_energy& given);
fedwatt_stats stats_of(const WorkerStats& stats);

inline std::string text_or(const char* text, const char* fallback) {
  return text ? text : fallback;
}

// Copies what fits, with a zero at the end and no half of a UTF-8 character; returns its length.
std::size_t copy_text(std::string_view text, char* to, std::size_t size);

}  // namespace fedwatt::c
