#include "app/preferences.h"

#include <fmt/format.h>

#include "input/choices.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kMaxComplaints = 5;
constexpr int kShownWidth = 40;  // of what makes no sense

constexpr Choices<bool, 2> kYesNo{{{"yes", true}, {"no", false}}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", clip(printable(std::string(text)), kShownWidth));
}

// Takes what the word means into `value`; what is wrong with it, if it means nothing.
template <class Target, class Value>
std::string set(Target& value, const std::optional<Value>& chosen, std::string_view word,
                const std::vector<std::string>& known) {
  if (!chosen) return fmt::format("{} is not one of {}", quoted(word), fmt::join(known, ", "));
  value = *chosen;
  return "";
}
template <class Value, std::size_t Count>
std::string set(Value& value, const Choices<Value, Count>& choices, std::string_view word) {
  return set(value, choice_named(choices, word), word, viewer::words_of(choices));
}

// What is wrong with the line; empty if nothing is.
std::string take_line(std::string_view line, Preferences& preferences) {
  const auto equals = line.find('=');
  if (equals == line.npos) return quoted(line) + " is no line of \"key = value\"";
  const std::string_view key = trimmed(line.substr(0, equals));
  const std::string_view word = trimmed(line.substr(equals + 1));
  if (key == "theme") return set(preferences.theme, theme_named(word), word, theme_words());
  if (key == "x-axis") return set(preferences.x_axis, kXAxes, word);
  if (key == "y-axis") return set(preferences.y_axis, kYAxes, word);
  if (key == "order") return set(preferences.order, kOrders, word);
  if (key == "reversed") return set(preferences.reversed, kYesNo, word);
  return quoted(key) + " is not known here";
}

}  // namespace

Preferences preferences_of(const UiState& ui, std::optional<ThemeName> theme) {
  return {theme, ui.x_axis, ui.y_axis, ui.order, ui.reversed};
}

void apply(const Preferences& preferences, UiState& ui) {
  ui.x_axis = preferences.x_axis;
  ui.y_axis = preferences.y_axis;
  ui.order = preferences.order;
  ui.reversed = preferences.reversed;
}

ReadPreferences parse_preferences(std::string_view text) {
  ReadPreferences read;
  const auto complain = [&](const std::string& what) {
    if (read.complaints.size() < kMaxComplaints) read.complaints.push_back(what);
  };
  if (text.find('\0') != text.npos) {
    complain("is not a text");
    return read;
  }
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == text.npos ? "" : text.substr(end + 1);
    const std::string_view said = trimmed(line.substr(0, line.find('#')));
    if (said.empty()) continue;
    const std::string problem = take_line(said, read.preferences);
    if (!problem.empty()) complain(fmt::format("line {}: {}", number, problem));
  }
  return read;
}

std::string format_preferences(const Preferences& preferences) {
  std::string text = "# What fedwatt's screen was last set to. It writes this file when it ends.\n";
  const auto line = [&](std::string_view key, std::string_view word) {
    text += fmt::format("{} = {}\n", key, word);
  };
  if (preferences.theme) line("theme", word_of(*preferences.theme));
  line("x-axis", word_of(kXAxes, preferences.x_axis));
  line("y-axis", word_of(kYAxes, preferences.y_axis));
  line("order", word_of(kOrders, preferences.order));
  line("reversed", word_of(kYesNo, preferences.reversed));
  return text;
}

std::string preferences_path(const std::string& xdg_config_home, const std::string& home) {
  constexpr char kOwnPlace[] = "/fedwatt/viewer.conf";
  if (xdg_config_home.starts_with('/')) return xdg_config_home + kOwnPlace;
  if (home.starts_with('/')) return home + "/.config" + kOwnPlace;
  return "";
}

}  // namespace fedwatt::viewer
