#pragma once

#include <string>

namespace fedwatt::viewer {

// A key as the viewer sees it, whatever the terminal sent.
struct Key {
  enum class Kind {
    kText,  // what was typed is in `text`, as UTF-8
    kUp,
    kDown,
    kLeft,
    kRight,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kEnter,
    kEscape,
    kTab,
    kBackspace,
  };
  Kind kind = Kind::kText;
  std::string text;
  bool operator==(const Key&) const = default;
};

// How the keymap and the help call it: "Enter", "↑", "k".
std::string name_of(const Key& key);

}  // namespace fedwatt::viewer
