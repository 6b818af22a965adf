#pragma once

#include <rapidjson/document.h>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::protocol {

// A value in a JSON text that was read. Lives as long as its JsonText.
using Json = rapidjson::Value;

inline std::string_view text_of(const Json& string) {
  return {string.GetString(), string.GetStringLength()};
}

// A JSON text, read: strict UTF-8, no NaN, nothing after its end. Values point into it.
class JsonText {
 public:
  explicit JsonText(std::string_view text);
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // Why it is no JSON; empty if it is.
  const std::optional<Error>& error() const { return error_; }
  const Json& root() const { return document_; }

 private:
  static constexpr std::size_t kPoolBytes = 4096;  // enough for a report, without an allocation

  std::string text_;  // strings are unescaped in place
  char pool_[kPoolBytes];
  rapidjson::MemoryPoolAllocator<> allocator_{pool_, sizeof pool_};
  rapidjson::Document document_{&allocator_};
  std::optional<Error> error_;
};

}  // namespace fedwatt::protocol
