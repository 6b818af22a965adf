#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/names.h"
#include "reader.h"

namespace fedwatt::protocol {

// Appends a JSON string, in quotes. What is no UTF-8 is replaced: text of a peer may come back to
// it in an error message.
void append_string(std::string& json, std::string_view text);

// Appends the shortest text that reads back as the same number; null if it is not finite.
void append_number(std::string& json, double value);
void append_number(std::string& json, std::int64_t value);

// Writes the fields of a message as the text of a JSON object, in the order of its field list; the
// counterpart of Reader. What is empty becomes null.
class Writer {
 public:
  template <class T>
  using Of = const T;

  // Appends to `json`, from the first field on.
  explicit Writer(std::string& json) : json_(json) {}

  void type(const char* name) { string("type", name); }
  void name(const char* key, const std::string& value) { string(key, value); }
  void name(const char* key, const std::optional<std::string>& value) {
    value ? name(key, *value) : null(key);
  }
  void text(const char* key, const std::string& value, std::size_t = kMaxTextBytes) {
    value.empty() ? null(key) : string(key, value);
  }
  void flag(const char* key, bool value) {
    begin(key);
    json_ += value ? "true" : "false";
  }
  void flag(const char* key, std::optional<bool> value) { value ? flag(key, *value) : null(key); }
  void time(const char* key, Timestamp value) { string(key, format_timestamp(value)); }
  void time(const char* key, std::optional<Timestamp> value) {
    value ? time(key, *value) : null(key);
  }
  void number(const char* key, double value, Range) {
    begin(key);
    append_number(json_, value);
  }
  void number(const char* key, std::optional<double> value, Range range) {
    value ? number(key, *value, range) : null(key);
  }
  void integer(const char* key, std::int64_t value, Range) {
    begin(key);
    append_number(json_, value);
  }
  void integer(const char* key, std::optional<std::int64_t> value, Range range) {
    value ? integer(key, *value, range) : null(key);
  }
  void names(const char* key, const std::vector<std::string>& value) {
    array(key, value, [this](const std::string& each) { append_string(json_, each); });
  }
  void names(const char* key, const std::optional<std::vector<std::string>>& value) {
    value ? names(key, *value) : null(key);
  }
  void required_names(const char* key, const std::vector<std::string>& value) { names(key, value); }
  void metrics(const char* key, const std::map<std::string, double>& value) {
    begin(key);
    json_ += '{';
    Writer inner(json_);
    for (const auto& [metric, number] : value) {
      inner.begin(metric);
      append_number(json_, number);
    }
    json_ += '}';
  }

  void optional_number(const char* key, double value, Range range) { number(key, value, range); }
  void optional_integer(const char* key, std::int64_t value, Range range) {
    integer(key, value, range);
  }
  void optional_flag(const char* key, bool value) { flag(key, value); }
  void require(const char*, const char*, bool) {}

  template <class T, class... Others>
  void alone(const char*, const char*, const T&, const Others&...) {}

  template <class E>
  void choice(const char* key, E value) {
    string(key, name_of(value));
  }
  template <class E>
  void choice(const char* key, std::optional<E> value) {
    value ? choice(key, *value) : null(key);
  }
  template <class E>
  void optional_choice(const char* key, E value) {
    choice(key, value);
  }

  template <class E>
  void choices(const char* key, const std::vector<E>& value) {
    array(key, value, [this](E each) { append_string(json_, name_of(each)); });
  }

  template <class T>
  void object(const char* key, const T& value) {
    begin(key);
    append_object(value);
  }
  template <class T>
  void object(const char* key, const std::optional<T>& value) {
    value ? object(key, *value) : null(key);
  }
  template <class T>
  void required_object(const char* key, const T& value) {
    object(key, value);
  }
  template <class T>
  void optional_list(const char* key, const std::vector<T>& value) {
    list(key, value);
  }
  template <class T>
  void list(const char* key, const std::vector<T>& value) {
    array(key, value, [this](const T& each) { append_object(each); });
  }

 private:
  void begin(std::string_view key) {
    if (!first_) json_ += ',';
    first_ = false;
    append_string(json_, key);
    json_ += ':';
  }
  void string(const char* key, std::string_view value) {
    begin(key);
    append_string(json_, value);
  }
  void null(const char* key) {
    begin(key);
    json_ += "null";
  }
  template <class T>
  void append_object(const T& value) {
    json_ += '{';
    Writer inner(json_);
    fields(inner, value);
    json_ += '}';
  }
  template <class T, class Append>
  void array(const char* key, const std::vector<T>& values, Append append) {
    begin(key);
    json_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) json_ += ',';
      append(values[i]);
    }
    json_ += ']';
  }

  std::string& json_;
  bool first_ = true;
};

}  // namespace fedwatt::protocol
