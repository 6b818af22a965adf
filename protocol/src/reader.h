#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/names.h"
#include "json_text.h"

namespace fedwatt::protocol {

inline constexpr std::size_t kMaxNameBytes = 200;
inline constexpr std::size_t kMaxTextBytes = 1000;
inline constexpr std::size_t kMaxHubTextBytes = 4000;  // the hub's sentences quote names and texts
inline constexpr std::size_t kMaxListLength = 10'000;

struct Range {
  double min;
  double max;
};

// The shortest text that reads back as the same number.
std::string number_text(double value);

// Reads the fields of one JSON object into a message. It remembers the first thing that is wrong,
// in words for whoever sent it, and goes on, so that field lists need no branches.
//
// A field bound to an optional, and text, may be missing or null. Reader and Writer have the same
// methods: a message's one field list (…_fields.h) serves both directions.
class Reader {
 public:
  template <class T>
  using Of = T;

  explicit Reader(const Json& object, std::string path = {})
      : object_(object), path_(std::move(path)) {}

  const std::string& problem() const { return problem_; }

  // Null for a field that is missing, and for one that is null.
  const Json* find(std::string_view key) const;

  void name(const char* key, std::string& value);
  void name(const char* key, std::optional<std::string>& value);
  void text(const char* key, std::string& value, std::size_t max_bytes = kMaxTextBytes);
  void flag(const char* key, bool& value);
  void flag(const char* key, std::optional<bool>& value);
  void time(const char* key, Timestamp& value);
  void time(const char* key, std::optional<Timestamp>& value);
  void number(const char* key, double& value, Range range);
  void number(const char* key, std::optional<double>& value, Range range);
  void integer(const char* key, std::int64_t& value, Range range);
  void integer(const char* key, std::optional<std::int64_t>& value, Range range);
  void names(const char* key, std::vector<std::string>& value);
  void required_names(const char* key, std::vector<std::string>& value);
  void names(const char* key, std::optional<std::vector<std::string>>& value);
  void metrics(const char* key, std::map<std::string, double>& value);
  // These keep the value that is there if the field is missing.
  void optional_number(const char* key, double& value, Range range) {
    if (find(key)) number(key, value, range);
  }
  void optional_integer(const char* key, std::int64_t& value, Range range) {
    if (find(key)) integer(key, value, range);
  }
  void optional_flag(const char* key, bool& value) {
    if (find(key)) flag(key, value);
  }
  // What must hold between fields; `what` says it, after the key.
  void require(const char* key, const char* what, bool holds) {
    if (!holds) fail(key, what);
  }
  // A field with which none of the others may stand; `what` says why, after the key.
  template <class T, class... Others>
  void alone(const char* key, const char* what, T& value, Others&... others) {
    if (value && (others || ...)) fail(key, what);
  }

  template <class E>
  void choice(const char* key, E& value) {
    if (!find(key)) return fail(key, "is missing");
    optional_choice(key, value);
  }
  template <class E>
  void choice(const char* key, std::optional<E>& value) {
    if (!find(key)) return;
    optional_choice(key, value.emplace());
  }
  // Keeps the value that is there if the field is missing.
  template <class E>
  void optional_choice(const char* key, E& value) {
    const auto* field = find(key);
    if (!field) return;
    const auto known = field->IsString() ? value_of<E>(text_of(*field)) : std::nullopt;
    if (!known) return fail(key, "must be one of " + words_of<E>());
    value = *known;
  }

  // Each word at most once; a missing field is an empty list.
  template <class E>
  void choices(const char* key, std::vector<E>& value) {
    const auto* field = find(key);
    if (!field) return;
    if (!field->IsArray()) return fail(key, "must be an array");
    for (const auto& element : field->GetArray()) {
      const auto known = element.IsString() ? value_of<E>(text_of(element)) : std::nullopt;
      if (!known) return fail(key, "must hold only " + words_of<E>());
      if (std::find(value.begin(), value.end(), *known) == value.end()) value.push_back(*known);
    }
  }

  template <class T>
  void object(const char* key, T& value) {
    const auto* field = find(key);
    if (!field) return;
    if (!field->IsObject()) return fail(key, "must be an object");
    Reader inner(*field, path_ + key + ".");
    fields(inner, value);
    adopt(inner);
  }
  template <class T>
  void object(const char* key, std::optional<T>& value) {
    if (find(key)) object(key, value.emplace());
  }
  template <class T>
  void required_object(const char* key, T& value) {
    if (!find(key)) return fail(key, "is missing");
    object(key, value);
  }
  template <class T>
  void optional_list(const char* key, std::vector<T>& value) {
    const auto* field = find(key);
    if (!field) return;
    if (field->IsArray() && field->Size() > kMaxListLength) {
      return fail(key, "holds more than " + std::to_string(kMaxListLength) + " elements");
    }
    list(key, value);
  }
  template <class T>
  void list(const char* key, std::vector<T>& value) {
    const auto* field = find(key);
    if (!field || !field->IsArray()) return fail(key, "must be an array");
    for (const auto& element : field->GetArray()) {
      if (!element.IsObject()) return fail(key, "must hold objects");
      Reader inner(element, path_ + key + "[].");
      fields(inner, value.emplace_back());
      adopt(inner);
    }
  }

 private:
  template <class E>
  static std::string words_of() {
    std::string words;
    for (const auto& each : Names<E>::kAll) {
      words += (words.empty() ? "" : ", ") + std::string(each.second);
    }
    return words;
  }
  void read_name(const char* key, std::string_view text, std::string& value);
  void read_name(const char* key, const Json& field, std::string& value);
  void read_text(const char* key, std::string_view text, std::string& value, std::size_t max_bytes);
  void read_integer(const char* key, const Json& field, std::int64_t& value, Range range);
  void read_names(const char* key, const Json& field, std::vector<std::string>& value);
  bool in_range(std::string_view key, const Json& field, Range range);
  void fail(std::string_view key, const std::string& what);
  void adopt(const Reader& inner) {
    if (problem_.empty()) problem_ = inner.problem_;
  }

  const Json& object_;
  std::string path_;
  std::string problem_;
};

}  // namespace fedwatt::protocol
