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
inline std::string quotable(std::string_view text, std::size_t max_bytes) {
  std::string quoted(text.substr(0, max_bytes));
  std::replace_if(
      quoted.begin(), quoted.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return quoted;
}

template <class Variant>
struct MessageDecoder;

template <class... Messages>
struct MessageDecoder<std::variant<Messages...>> {
  using Variant = std::variant<Messages...>;

  static Decoded<Variant> decode(const Json& object) {
    if (!object.IsObject()) {
      return tl::unexpected(Error{"malformed_message", "a message must be a JSON object", {}, {}});
    }
    const Json* const type = Reader(object).find("type");
    if (!type || !type->IsString()) {
      return tl::unexpected(
          Error{"malformed_message", "a message must have a \"type\" that is a string", {}, {}});
    }
    const auto name = text_of(*type);
    Decoded<Variant> result = tl::unexpected(unknown_type(name));
    (void)((name == type_name(static_cast<const Messages*>(nullptr)) &&
            (result = decode_as<Messages>(name, object), true)) ||
           ...);
    return result;
  }

 private:
  template <class Message>
  static Decoded<Variant> decode_as(std::string_view name, const Json& object) {
    Message message;
    Reader reader(object);
    fields(reader, message);
    if (reader.problem().empty()) return message;
    Error error{"invalid_" + std::string(name), reader.problem(), {}, {}};
    // So that the sender knows which of its reports or commands was meant.
    Reader seq(object);
    seq.integer("seq", error.seq, kCount);
    if (!seq.problem().empty()) error.seq.reset();
    Reader id(object);
    id.name("id", error.id);
    if (!id.problem().empty()) error.id.reset();
    return tl::unexpected(std::move(error));
  }

  static Error unknown_type(std::string_view name) {
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
  const JsonText json(frame);
  std::vector<Decoded<Variant>> messages;
  if (json.error()) {
    messages.push_back(tl::unexpected(*json.error()));
  } else if (json.root().IsArray()) {
    messages.reserve(json.root().Size());
    for (const auto& element : json.root().GetArray()) {
      messages.push_back(MessageDecoder<Variant>::decode(element));
    }
  } else {
    messages.push_back(MessageDecoder<Variant>::decode(json.root()));
  }
  return messages;
}

// The text of an object with the fields of `value`.
template <class T>
std::string encode_object(const T& value) {
  std::string json = "{";
  Writer writer(json);
  fields(writer, value);
  return json += '}';
}

template <class Variant>
std::string encode_message(const Variant& variant) {
  std::string json = "{";
  std::visit(
      [&json](const auto& message) {
        Writer writer(json);
        writer.type(type_name(&message));
        fields(writer, message);
      },
      variant);
  return json += '}';
}

}  // namespace fedwatt::protocol
