#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fedwatt::run {

// The different names of one kind that a run has met, numbered from 0 in the order in which they
// came. They are few, and its reports may be millions: those keep the numbers.
class NameTable {
 public:
  // The number of a name, which is a new one if the name was never met.
  std::size_t number_of(const std::string& name) {
    const auto known = find(name);
    if (known) return *known;
    names_.push_back(name);
    return names_.size() - 1;
  }
  std::optional<std::size_t> find(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }
  std::size_t size() const { return names_.size(); }
  const std::string& operator[](std::size_t number) const { return names_[number]; }

 private:
  std::vector<std::string> names_;
};

// Some of them, by their numbers. There is room for more than Run lets in.
using NameSet = std::bitset<64>;

// What the reports of a run name.
struct Vocabulary {
  NameTable metrics;
  NameTable energy_sources;  // "" is one of them
};

}  // namespace fedwatt::run
