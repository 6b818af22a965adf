#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/ui_state.h"

// What can be chosen on the screen, in the words that people type and that preferences keep.

namespace fedwatt::viewer {

template <class Value, std::size_t Count>
using Choices = std::array<std::pair<std::string_view, Value>, Count>;

inline constexpr Choices<XAxis, 4> kXAxes{{{"carbon", XAxis::kEmissions},
                                           {"round", XAxis::kRound},
                                           {"time", XAxis::kTime},
                                           {"energy", XAxis::kEnergy}}};
inline constexpr Choices<YAxis, 2> kYAxes{{{"target", YAxis::kTarget}, {"loss", YAxis::kLoss}}};
inline constexpr Choices<RunsOrder, 8> kOrders{{{"state", RunsOrder::kState},
                                                {"name", RunsOrder::kName},
                                                {"target", RunsOrder::kTarget},
                                                {"gain", RunsOrder::kGain},
                                                {"workers", RunsOrder::kWorkers},
                                                {"power", RunsOrder::kPower},
                                                {"carbon", RunsOrder::kEmissions},
                                                {"age", RunsOrder::kAge}}};

template <class Value, std::size_t Count>
std::vector<std::string> words_of(const Choices<Value, Count>& choices) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) words.emplace_back(word);
  return words;
}

template <class Value, std::size_t Count>
std::optional<Value> choice_named(const Choices<Value, Count>& choices, std::string_view word) {
  for (const auto& [known, value] : choices) {
    if (known == word) return value;
  }
  return std::nullopt;
}

template <class Value, std::size_t Count>
std::string_view word_of(const Choices<Value, Count>& choices, Value chosen) {
  for (const auto& [word, value] : choices) {
    if (value == chosen) return word;
  }
  return "";
}

}  // namespace fedwatt::viewer
