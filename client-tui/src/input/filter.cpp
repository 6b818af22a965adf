#include "input/filter.h"

#include <algorithm>

namespace fedwatt::viewer {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

}  // namespace

bool matches_filter(std::string_view filter, std::initializer_list<std::string_view> texts) {
  while (!filter.empty()) {
    const std::string_view word = filter.substr(0, filter.find(' '));
    filter.remove_prefix(std::min(word.size() + 1, filter.size()));
    const bool found = std::any_of(texts.begin(), texts.end(),
                                   [&](std::string_view text) { return contains(text, word); });
    if (!found) return false;
  }
  return true;
}

}  // namespace fedwatt::viewer
