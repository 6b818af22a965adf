#include "fedwatt/protocol/policy_text.h"

#include <nlohmann/json.hpp>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/number_in.h"
#include "frame.h"

namespace fedwatt::protocol {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view kSeparators = " \t\n,";

std::string all_kinds() {
  std::string kinds;
  for (const auto& [kind, name] : Names<PolicyKind>::kAll) {
    kinds += (kinds.empty() ? "" : ", ") + std::string(name);
  }
  return kinds;
}

std::string quoted(std::string_view word) {
  return std::string(1, '\'') + quotable(word, 200) + '\'';
}

// A number, true or false; anything else is a word, and the codec says whether it fits.
json value_from(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  if (const auto number = number_in<double>(text)) return *number;
  return std::string(text);
}

std::string shown(const json& value) {
  if (value.is_number()) return number_text(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Collects policies word by word; each function returns what is wrong with its word, or nothing.
class Collector {
 public:
  std::string add(std::string_view word) {
    const auto colon = word.find(':');
    if (colon < word.find('=')) {
      if (auto problem = begin(word.substr(0, colon)); !problem.empty()) return problem;
      word.remove_prefix(colon + 1);
      return word.empty() ? std::string{} : set(word);
    }
    return word.find('=') == word.npos ? begin(word) : set(word);
  }

  const json& policies() const { return policies_; }

 private:
  std::string begin(std::string_view kind) {
    if (!value_of<PolicyKind>(kind)) {
      return quoted(kind) + " is no kind of policy; there are: " + all_kinds();
    }
    kind_ = kind;
    if (policies_.contains(kind_)) return kind_ + " is given twice";
    policies_[kind_] = json::object();
    return {};
  }

  std::string set(std::string_view assignment) {
    const auto equals = assignment.find('=');
    if (equals == 0 || equals == assignment.npos) {
      return quoted(assignment) + " is not FIELD=VALUE, for example limit_g=500";
    }
    if (kind_.empty()) {
      return quoted(assignment) + " belongs to no policy: begin with one of " + all_kinds();
    }
    // Quotable, for it may stand in a message and need not be UTF-8.
    const auto field = quotable(assignment.substr(0, equals), 200);
    json& policy = policies_[kind_];
    if (policy.contains(field)) return kind_ + "." + field + " is given twice";
    policy[field] = value_from(assignment.substr(equals + 1));
    return {};
  }

  std::string kind_;  // of the policy that is being read
  json policies_ = json::object();
};

}  // namespace

tl::expected<Policies, std::string> parse_policies(std::string_view text) {
  Collector collector;
  for (auto start = text.find_first_not_of(kSeparators); start != text.npos;) {
    const auto end = std::min(text.find_first_of(kSeparators, start), text.size());
    auto problem = collector.add(text.substr(start, end - start));
    if (!problem.empty()) return tl::unexpected(std::move(problem));
    start = text.find_first_not_of(kSeparators, end);
  }
  if (collector.policies().empty()) {
    return tl::unexpected("no policy is given: begin with one of " + all_kinds());
  }
  const auto object = collector.policies().dump(-1, ' ', false, json::error_handler_t::replace);
  return decode_policies(object).map_error([](const Error& error) { return error.message; });
}

std::string policy_text(const Policies& policies) {
  std::string text;
  const auto all = json::parse(encode(policies));
  for (const auto& [kind, policy] : all.items()) {
    if (policy.is_null()) continue;
    text += (text.empty() ? "" : " ") + kind;
    char before = ':';
    for (const auto& [field, value] : policy.items()) {
      auto without = all;
      without[kind].erase(field);
      if (decode_policies(without.dump()) == policies) continue;
      text += before + field + "=" + shown(value);
      before = ',';
    }
  }
  return text;
}

}  // namespace fedwatt::protocol
