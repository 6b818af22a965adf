#include "fedwatt/access/token.h"

#include <algorithm>
#include <utility>

namespace fedwatt::access {
namespace {

constexpr std::string_view kPrefix = "fw_";
constexpr std::size_t kSecretDigits = 64;
constexpr std::size_t kMaxNameBytes = 64;

// Linear in practice, and at worst the product of two short lengths: it goes back to the last star
// only, which is enough where there is no other wildcard.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::optional<std::pair<std::size_t, std::size_t>> star;  // after it, and what it stands before
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = {++p, n};
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star) {
      p = star->first;
      n = ++star->second;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

const char* name_of(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> role_named(std::string_view name) {
  for (const auto role : {Role::kWorker, Role::kViewer, Role::kOperator, Role::kAdmin}) {
    if (name == name_of(role)) return role;
  }
  return std::nullopt;
}

bool Patterns::include(std::string_view name) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [name](const auto& pattern) { return matches(pattern, name); });
}

bool Patterns::include_everything() const {
  return std::find(patterns_.begin(), patterns_.end(), "*") != patterns_.end();
}

std::string Patterns::in_words() const {
  std::string words;
  for (const auto& pattern : patterns_) words += (words.empty() ? "" : ", ") + pattern;
  return words;
}

Token::State Token::state_at(Timestamp now) const {
  if (revoked_at) return State::kRevoked;
  return expires_at && *expires_at <= now ? State::kExpired : State::kValid;
}

Token everybodys_token() {
  Token token;
  token.role = Role::kAdmin;
  token.runs = Patterns({"*"});
  token.workers = Patterns({"*"});
  token.coordinates = true;
  token.limits = Limits::none();
  return token;
}

bool is_token_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

std::optional<TokenText> parse_token_text(std::string_view text) {
  if (text.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() <= kSecretDigits + 1) return std::nullopt;
  const auto end = text.size() - kSecretDigits - 1;
  const TokenText parts{text.substr(0, end), text.substr(end + 1)};
  if (text[end] != '_' || !is_token_name(parts.name)) return std::nullopt;
  return parts;
}

}  // namespace fedwatt::access
