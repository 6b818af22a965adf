#include "input/text_edit.h"

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kMostTyped = 1'000;  // bytes

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

}  // namespace

void edit(std::string& typed, const Key& key) {
  if (key.kind == Key::Kind::kText && typed.size() + key.text.size() <= kMostTyped) {
    typed += printable(key.text);
  }
  if (key.kind != Key::Kind::kBackspace || typed.empty()) return;
  while (!typed.empty() && continues_character(typed.back())) typed.pop_back();
  if (!typed.empty()) typed.pop_back();
}

}  // namespace fedwatt::viewer
