#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "fedwatt/protocol/codec.h"
#include "shared_fields.h"
#include "writer.h"

// What all four directions share: frames, types, and going from one message type to its variant.
// `type_name(const M*)` and `fields(io, message)` are found in the …_fields.h of the direction.

namespace fedwatt::protocol {

// What a peer sent, fit to be shown in an error message: short, and plain ASCII.
inline std::string quotable(std::string text, std::size_t max_bytes) {
  text.resize(std::min(text.size(), max_bytes));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

// A JSON text as a value, or why it is none. Strict: valid UTF-8, no NaN, nothing after the end.
inline tl::expected<nlohmann::json, Error> parse_json(std::string_view text) {
  // The parser takes it for the end, whatever follows.
  if (text.find('\0') != text.npos) {
    return tl::unexpected(Error{"malformed_json", "a NUL byte is no JSON", {}, {}});
  }
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& problem) {
    // "[json.exception.parse_error.101] parse error at …": the part in brackets tells a peer
    // nothing. The rest quotes the peer's own bytes, whatever and however many they are.
    std::string what = problem.what();
    if (const auto start = what.find("] "); start != what.npos) what.erase(0, start + 2);
    return tl::unexpected(Error{"malformed_json", quotable(std::move(what), 300), {}, {}});
  }
}

template <class Variant>
struct MessageDecoder;

template <class... Messages>
struct MessageDecoder<std::variant<Messages...>> {
  using Variant = std::variant<Messages...>;

  static Decoded<Variant> decode(const nlohmann::json& object) {
    if (!object.is_object()) {
      return tl::unexpected(Error{"malformed_message", "a message must be a JSON object", {}, {}});
    }
    const auto type = object.find("type");
    if (type == object.end() || !type->is_string()) {
      return tl::unexpected(
          Error{"malformed_message", "a message must have a \"type\" that is a string", {}, {}});
    }
    const auto name = type->template get<std::string>();
    Decoded<Variant> result = tl::unexpected(unknown_type(name));
    (void)((name == type_name(static_cast<const Messages*>(nullptr)) &&
            (result = decode_as<Messages>(name, object), true)) ||
           ...);
    return result;
  }

 private:
  template <class Message>
  static Decoded<Variant> decode_as(const std::string& name, const nlohmann::json& object) {
    Message message;
    Reader reader(object);
    fields(reader, message);
    if (reader.problem().empty()) return message;
    Error error{"invalid_" + name, reader.problem(), {}, {}};
    // So that the sender knows which of its reports or commands was meant.
    Reader seq(object);
    seq.integer("seq", error.seq, kCount);
    if (!seq.problem().empty()) error.seq.reset();
    Reader id(object);
    id.name("id", error.id);
    if (!id.problem().empty()) error.id.reset();
    return tl::unexpected(std::move(error));
  }

  static Error unknown_type(const std::string& name) {
    std::string known;
    ((known +=
      (known.empty() ? "" : ", ") + std::string(type_name(static_cast<const Messages*>(nullptr)))),
     ...);
    return {"unknown_type",
            "unknown message type '" + quotable(name, 64) + "'; known here: " + known,
            {},
            {}};
  }
};

template <class Variant>
std::vector<Decoded<Variant>> decode_frame(std::string_view frame) {
  auto parsed = parse_json(frame);
  std::vector<Decoded<Variant>> messages;
  if (!parsed) {
    messages.push_back(tl::unexpected(std::move(parsed.error())));
  } else if (parsed->is_array()) {
    messages.reserve(parsed->size());
    for (const auto& element : *parsed) {
      messages.push_back(MessageDecoder<Variant>::decode(element));
    }
  } else {
    messages.push_back(MessageDecoder<Variant>::decode(*parsed));
  }
  return messages;
}

template <class Variant>
std::string encode_message(const Variant& variant) {
  Writer::Json object;
  std::visit(
      [&object](const auto& message) {
        object["type"] = type_name(&message);
        Writer writer(object);
        fields(writer, message);
      },
      variant);
  // Text of a peer may come back to it in an error message: never throw over its bytes.
  return object.dump(-1, ' ', false, Writer::Json::error_handler_t::replace);
}

}  // namespace fedwatt::protocol
