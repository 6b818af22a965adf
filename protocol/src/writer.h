#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/protocol/names.h"
#include "reader.h"

namespace fedwatt::protocol {

// Writes the fields of a message into a JSON object, in the order of its field list; the
// counterpart of Reader. What is empty becomes null.
class Writer {
 public:
  using Json = nlohmann::ordered_json;
  template <class T>
  using Of = const T;

  explicit Writer(Json& object) : object_(object) {}

  void name(const char* key, const std::string& value) { object_[key] = value; }
  void name(const char* key, const std::optional<std::string>& value) { put(key, value); }
  void text(const char* key, const std::string& value, std::size_t = kMaxTextBytes) {
    object_[key] = value.empty() ? Json(nullptr) : Json(value);
  }
  void flag(const char* key, bool value) { object_[key] = value; }
  void flag(const char* key, std::optional<bool> value) { put(key, value); }
  void time(const char* key, Timestamp value) { object_[key] = format_timestamp(value); }
  void time(const char* key, std::optional<Timestamp> value) {
    object_[key] = value ? Json(format_timestamp(*value)) : Json(nullptr);
  }
  void number(const char* key, double value, Range) { object_[key] = value; }
  void number(const char* key, std::optional<double> value, Range) { put(key, value); }
  void integer(const char* key, std::int64_t value, Range) { object_[key] = value; }
  void integer(const char* key, std::optional<std::int64_t> value, Range) { put(key, value); }
  void names(const char* key, const std::vector<std::string>& value) { object_[key] = value; }
  void names(const char* key, const std::optional<std::vector<std::string>>& value) {
    put(key, value);
  }
  void required_names(const char* key, const std::vector<std::string>& value) { names(key, value); }
  void metrics(const char* key, const std::map<std::string, double>& value) {
    object_[key] = Json::object();
    for (const auto& [metric, number] : value) object_[key][metric] = number;
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
    object_[key] = name_of(value);
  }
  template <class E>
  void choice(const char* key, std::optional<E> value) {
    object_[key] = value ? Json(name_of(*value)) : Json(nullptr);
  }
  template <class E>
  void optional_choice(const char* key, E value) {
    choice(key, value);
  }

  template <class E>
  void choices(const char* key, const std::vector<E>& value) {
    object_[key] = Json::array();
    for (const E each : value) object_[key].push_back(name_of(each));
  }

  template <class T>
  void object(const char* key, const T& value) {
    object_[key] = Json::object();
    Writer inner(object_[key]);
    fields(inner, value);
  }
  template <class T>
  void object(const char* key, const std::optional<T>& value) {
    if (value) {
      object(key, *value);
    } else {
      object_[key] = nullptr;
    }
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
    auto& array = object_[key] = Json::array();
    for (const auto& element : value) {
      Writer inner(array.emplace_back(Json::object()));
      fields(inner, element);
    }
  }

 private:
  template <class T>
  void put(const char* key, const std::optional<T>& value) {
    object_[key] = value ? Json(*value) : Json(nullptr);
  }

  Json& object_;
};

}  // namespace fedwatt::protocol
