#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "viewer_fields.h"
#include "worker_fields.h"

// Random messages for property tests. RandomFields has the methods of Reader, so that it visits the
// codec's own field lists: a field that is added there is tested from then on.

namespace fedwatt::protocol::test {

class RandomFields {
 public:
  template <class T>
  using Of = T;

  explicit RandomFields(std::mt19937_64& random) : random_(random) {}

  void name(const char*, std::string& value) { value = string(1, kMaxNameBytes); }
  void name(const char*, std::optional<std::string>& value) {
    if (coin()) value = string(1, kMaxNameBytes);
  }
  void text(const char*, std::string& value, std::size_t max_bytes = kMaxTextBytes) {
    if (coin()) value = string(1, max_bytes);
  }
  void flag(const char*, bool& value) { value = coin(); }
  void flag(const char*, std::optional<bool>& value) {
    if (coin()) value = coin();
  }
  void time(const char*, Timestamp& value) {
    // 1970 to 9999
    value = Timestamp{std::chrono::milliseconds{integer_in(0, 253'402'300'799'999)}};
  }
  void time(const char* key, std::optional<Timestamp>& value) {
    if (coin()) time(key, value.emplace());
  }
  void number(const char*, double& value, Range range) { value = number_in(range); }
  void number(const char*, std::optional<double>& value, Range range) {
    if (coin()) value = number_in(range);
  }
  void integer(const char*, std::int64_t& value, Range range) {
    value = integer_in(static_cast<std::int64_t>(range.min), static_cast<std::int64_t>(range.max));
  }
  void integer(const char* key, std::optional<std::int64_t>& value, Range range) {
    if (coin()) integer(key, value.emplace(), range);
  }
  void names(const char*, std::vector<std::string>& value) {
    for (auto left = below(4); left > 0; --left) value.push_back(string(1, kMaxNameBytes));
  }
  void names(const char* key, std::optional<std::vector<std::string>>& value) {
    if (coin()) names(key, value.emplace());
  }
  void required_names(const char* key, std::vector<std::string>& value) { names(key, value); }
  void metrics(const char*, std::map<std::string, double>& value) {
    if (coin()) value["accuracy"] = number_in({0, 1});
    for (auto left = below(4); left > 0; --left) {
      value.emplace(string(1, kMaxNameBytes), number_in({-1e300, 1e300}));
    }
  }
  void optional_number(const char* key, double& value, Range range) { number(key, value, range); }
  void optional_integer(const char* key, std::int64_t& value, Range range) {
    integer(key, value, range);
  }
  void optional_flag(const char* key, bool& value) { flag(key, value); }
  void require(const char*, const char*, bool holds) { valid_ = valid_ && holds; }
  template <class T, class... Others>
  void alone(const char*, const char*, T& value, Others&... others) {
    if (value) (others.reset(), ...);
  }

  template <class E>
  void choice(const char*, E& value) {
    value = Names<E>::kAll.at(below(Names<E>::kAll.size())).first;
  }
  template <class E>
  void choice(const char* key, std::optional<E>& value) {
    if (coin()) choice(key, value.emplace());
  }
  template <class E>
  void optional_choice(const char* key, E& value) {
    choice(key, value);
  }
  template <class E>
  void choices(const char*, std::vector<E>& value) {
    for (const auto& each : Names<E>::kAll) {
      if (coin()) value.push_back(each.first);
    }
  }
  // Fills it anew until what the codec requires between its fields holds.
  template <class T>
  void fill(T& value) {
    const bool outer_valid = valid_;
    do {
      valid_ = true;
      value = T{};
      fields(*this, value);
    } while (!valid_);
    valid_ = outer_valid;
  }
  template <class T>
  void object(const char*, T& value) {
    fill(value);
  }
  template <class T>
  void object(const char* key, std::optional<T>& value) {
    if (coin()) object(key, value.emplace());
  }
  template <class T>
  void required_object(const char* key, T& value) {
    object(key, value);
  }
  template <class T>
  void list(const char*, std::vector<T>& value) {
    for (auto left = below(4); left > 0; --left) fill(value.emplace_back());
  }
  template <class T>
  void optional_list(const char* key, std::vector<T>& value) {
    list(key, value);
  }

 private:
  bool coin() { return below(2) == 0; }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  // The edges more often than chance would bring them.
  std::int64_t integer_in(std::int64_t min, std::int64_t max) {
    switch (below(4)) {
      case 0:
        return min;
      case 1:
        return max;
      default:
        return std::uniform_int_distribution<std::int64_t>(min, max)(random_);
    }
  }
  double number_in(Range range) {
    const double tiny = 5e-324;  // the smallest there is
    switch (below(5)) {
      case 0:
        return range.min;
      case 1:
        return range.max;
      case 2:
        return range.min <= 0 && range.max >= tiny ? tiny : range.min;
      // Weighted, because max - min may be more than the largest double.
      default: {
        const double share = std::uniform_real_distribution<double>(0, 1)(random_);
        return range.min * (1 - share) + range.max * share;
      }
    }
  }

  // UTF-8 of 1, 2, 3 and 4 bytes, without control characters and surrogates.
  std::string character() {
    static const std::vector<std::pair<char32_t, char32_t>> kPlanes = {
        {0x20, 0x7e}, {0xa0, 0x7ff}, {0x800, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}};
    const auto [first, last] = kPlanes[below(kPlanes.size())];
    const auto code = static_cast<char32_t>(first + below(last - first + 1));
    const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
    const auto tail = [&](int shift) { return byte(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) return {byte(code)};
    if (code < 0x800) return {byte(0xc0 | (code >> 6)), tail(0)};
    if (code < 0x10000) return {byte(0xe0 | (code >> 12)), tail(6), tail(0)};
    return {byte(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
  }
  std::string string(std::size_t min_bytes, std::size_t max_bytes) {
    const auto wanted = below(8) == 0 ? max_bytes : min_bytes + below(20);
    std::string text;
    while (text.size() < wanted) {
      const auto next = character();
      if (text.size() + next.size() > max_bytes) break;
      text += next;
    }
    return text;
  }

  std::mt19937_64& random_;
  bool valid_ = true;
};

// A message of a type chosen at random, with every field chosen at random.
template <class Variant, std::size_t... Index>
Variant random_message(std::mt19937_64& random, std::index_sequence<Index...>) {
  Variant variant;
  const auto chosen = random() % sizeof...(Index);
  (void)((chosen == Index && (variant.template emplace<Index>(), true)) || ...);
  RandomFields filler(random);
  std::visit([&](auto& message) { filler.fill(message); }, variant);
  return variant;
}

template <class Variant>
Variant random_message(std::mt19937_64& random) {
  return random_message<Variant>(random, std::make_index_sequence<std::variant_size_v<Variant>>{});
}

}  // namespace fedwatt::protocol::test
