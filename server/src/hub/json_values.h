#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

// JSON that the hub makes beside the messages of the wire.

namespace fedwatt::hub {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

inline Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// What is no UTF-8 is replaced: text of a peer may come back to it.
inline std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fedwatt::hub
