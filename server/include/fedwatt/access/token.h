#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/time.h"

// Tokens: who may do what. Values and rules; no I/O and no clock. docs/security.md explains them.

namespace fedwatt::access {

using protocol::Timestamp;

enum class Role { kWorker, kViewer, kOperator, kAdmin };
inline constexpr std::array<const char*, 4> kRoleNames = {"worker", "viewer", "operator", "admin"};
const char* name_of(Role role);
std::optional<Role> role_named(std::string_view name);

enum class Action {
  kReport,   // speak as a worker: report, import, coordinate
  kWatch,    // see runs: subscribe, export, compare
  kCommand,  // command runs, set their policies, recompute them
  kMetrics   // read /metrics, if the token is for all runs
};

// The whole of what roles may do, in the runs that a token is for.
constexpr bool may(Role role, Action action) {
  constexpr bool kAllowed[4][4] = {
      // report  watch  command  metrics
      {true, false, false, false},  // worker
      {false, true, false, true},   // viewer
      {false, true, true, true},    // operator
      {true, true, true, true},     // admin
  };
  return kAllowed[static_cast<std::size_t>(role)][static_cast<std::size_t>(action)];
}

// Names, in which each '*' stands for any text, also none. Compared byte by byte.
class Patterns {
 public:
  Patterns() = default;
  explicit Patterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  bool include(std::string_view name) const;
  bool include_everything() const;
  const std::vector<std::string>& all() const { return patterns_; }
  // "digits, mnist-*".
  std::string in_words() const;
  bool operator==(const Patterns&) const = default;

 private:
  std::vector<std::string> patterns_;
};

// What one token may use. The defaults are past what trainings need.
struct Limits {
  double reports_per_s = 10'000;         // past it, its workers are read more slowly
  std::int64_t runs_per_day = 1'000;     // that its workers start
  std::int64_t workers_per_run = 5'000;  // it adds none to a run that has so many
  std::int64_t connections = 5'000;      // at a time
  bool operator==(const Limits&) const = default;

  static constexpr Limits none() {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return {std::numeric_limits<double>::infinity(), kMost, kMost, kMost};
  }
};

using Digest = std::array<unsigned char, 32>;  // SHA-256

struct Token {
  enum class State { kValid, kExpired, kRevoked };

  std::string name;
  Role role = Role::kViewer;
  Patterns runs;             // by name; an admin's are all
  Patterns workers;          // whom it may report as
  bool coordinates = false;  // whether also as a coordinator, and with policies for the run
  Digest digest{};           // of its secret, which nobody keeps
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  Limits limits;

  bool operator==(const Token&) const = default;
  State state_at(Timestamp now) const;
};

// Of the holder of every connection to a hub that has no tokens.
Token everybodys_token();

// Whether `name` can be a token's: 1 to 64 letters, digits, '.', '_' and '-'.
bool is_token_name(std::string_view name);

// A token as its holder has it: "fw_NAME_SECRET", the secret being 64 hexadecimal digits. So it can
// be recognised where it should not be, and looked up by its name.
struct TokenText {
  std::string_view name;
  std::string_view secret;
};
std::optional<TokenText> parse_token_text(std::string_view text);

}  // namespace fedwatt::access
