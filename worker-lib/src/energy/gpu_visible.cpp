#include "energy/gpu_visible.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>

namespace fedwatt::energy {
namespace {

std::string_view without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool begins_as_number(std::string_view text) {
  if (begins_with(text, "-") || begins_with(text, "+")) text.remove_prefix(1);
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
}

// As the C library's strtol reads it: what follows the digits does not matter.
std::optional<std::size_t> by_index(std::string_view entry, std::size_t count) {
  if (begins_with(entry, "+")) entry.remove_prefix(1);
  long index = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
  if (error != std::errc{} || index < 0) return std::nullopt;
  const auto position = static_cast<std::size_t>(index);
  return position < count ? std::optional(position) : std::nullopt;
}

std::optional<std::size_t> by_id(std::string_view entry, const std::vector<std::string>& ids) {
  std::optional<std::size_t> found;
  for (std::size_t index = 0; index < ids.size(); ++index) {
    if (!begins_with(ids[index], entry)) continue;
    if (found) return std::nullopt;
    found = index;
  }
  return found;
}

}  // namespace

VisibleGpus visible_gpus(const std::optional<std::string>& value,
                         const std::vector<std::string>& ids) {
  VisibleGpus visible;
  if (!value) {
    visible.indices.resize(ids.size());
    std::iota(visible.indices.begin(), visible.indices.end(), std::size_t{0});
    return visible;
  }
  std::string_view rest = *value;
  for (bool first = true;; first = false) {
    const auto comma = rest.find(',');
    const std::string_view entry = without_spaces(rest.substr(0, comma));
    if (begins_with(entry, "MIG-")) {
      visible.mig_parts.emplace_back(entry);
    } else {
      // A list names all its GPUs in one way.
      const bool number = begins_as_number(entry);
      if (first) visible.named_by_index = number;
      if (number != visible.named_by_index || !(number || begins_with(entry, "GPU-"))) break;
      const auto index = number ? by_index(entry, ids.size()) : by_id(entry, ids);
      if (!index) break;
      if (std::count(visible.indices.begin(), visible.indices.end(), *index) > 0) return {};
      visible.indices.push_back(*index);
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return visible;
}

}  // namespace fedwatt::energy
