#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fedwatt/access/secret.h"
#include "fedwatt/access/tokens_file.h"

namespace fedwatt::access {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kMaxPatterns = 100;
constexpr std::size_t kMaxPatternBytes = 200;
constexpr double kMostPerS = 1e9;
constexpr std::int64_t kMost = 1'000'000'000;

// One object of the file, whose fields are asked for one by one. Remembers the first thing that is
// wrong with it. A field that nobody asks for is wrong, too: a mistyped "expires" would make a
// token that never does.
class Fields {
 public:
  Fields(const Json& object, std::string of) : object_(object), of_(std::move(of)) {
    if (!object.is_object()) fail("is no object");
  }

  std::string text(const char* name) {
    const Json* value = find(name);
    if (value && value->is_string()) return value->get<std::string>();
    fail(std::string(name) + " must be a string");
    return {};
  }
  bool flag(const char* name) {
    const Json* value = find(name);
    if (value && value->is_boolean()) return value->get<bool>();
    if (value) fail(std::string(name) + " must be true or false");
    return false;
  }
  std::optional<Timestamp> time(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    const auto time = value->is_string()
                          ? protocol::parse_timestamp(value->get_ref<const std::string&>())
                          : std::nullopt;
    if (!time) fail(std::string(name) + " must be a time such as 2027-01-31T00:00:00Z, or null");
    return time;
  }
  std::vector<std::string> texts(const char* name) {
    const Json* value = find(name);
    if (!value) return {};
    const bool strings =
        value->is_array() &&
        std::all_of(value->begin(), value->end(), [](auto& each) { return each.is_string(); });
    if (strings) return value->get<std::vector<std::string>>();
    fail(std::string(name) + " must be an array of strings");
    return {};
  }
  template <class Number>
  void limit(const char* name, Number& number) {
    const Json* value = find(name);
    if (!value) return;
    const bool fits = std::is_integral_v<Number> ? value->is_number_integer() : value->is_number();
    if (!fits) return fail(std::string(name) + " must be a number");
    const double wanted = value->template get<double>();
    if (!(std::abs(wanted) <= kMostPerS)) return fail(std::string(name) + " is out of range");
    number = value->template get<Number>();
  }
  const Json* object(const char* name) { return find(name); }

  const std::string& problem() {
    if (!problem_.empty()) return problem_;
    for (const auto& [name, value] : object_.items()) {
      if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
        fail("has a field " + name + ", which nothing here is called");
      }
    }
    return problem_;
  }

 private:
  const Json* find(const char* name) {
    asked_.emplace_back(name);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = of_ + ": " + what;
  }

  const Json& object_;
  std::string of_;
  std::vector<std::string> asked_;
  std::string problem_;
};

Json or_null(const std::optional<Timestamp>& time) {
  return time ? Json(protocol::format_timestamp(*time)) : Json();
}

tl::expected<Token, std::string> token_from(const Json& object, std::size_t number) {
  Fields fields(object, "token " + std::to_string(number));
  Token token;
  token.name = fields.text("name");
  const auto role = role_named(fields.text("role"));
  token.runs = Patterns(fields.texts("runs"));
  token.workers = Patterns(fields.texts("workers"));
  token.coordinates = fields.flag("coordinator");
  const auto digest = digest_from_hex(fields.text("sha256"));
  token.created_at = fields.time("created_at").value_or(Timestamp{});
  token.expires_at = fields.time("expires_at");
  token.revoked_at = fields.time("revoked_at");
  const std::string who = "token " + std::to_string(number);
  if (const Json* limits = fields.object("limits")) {
    Fields of_limits(*limits, who + ", limits");
    of_limits.limit("reports_per_s", token.limits.reports_per_s);
    of_limits.limit("runs_per_day", token.limits.runs_per_day);
    of_limits.limit("workers_per_run", token.limits.workers_per_run);
    of_limits.limit("connections", token.limits.connections);
    if (!of_limits.problem().empty()) return tl::unexpected(of_limits.problem());
  }
  if (!fields.problem().empty()) return tl::unexpected(fields.problem());
  if (!role) return tl::unexpected(who + ": role must be worker, viewer, operator or admin");
  if (!digest) return tl::unexpected(who + ": sha256 must be 64 hexadecimal digits, in lower case");
  token.role = *role;
  token.digest = *digest;
  if (const auto problem = problem_of(token); !problem.empty()) {
    return tl::unexpected(who + ": " + problem);
  }
  return token;
}

Json json_of(const Token& token) {
  return {{"name", token.name},
          {"role", name_of(token.role)},
          {"runs", token.runs.all()},
          {"workers", token.workers.all()},
          {"coordinator", token.coordinates},
          {"sha256", hex_of(token.digest)},
          {"created_at", protocol::format_timestamp(token.created_at)},
          {"expires_at", or_null(token.expires_at)},
          {"revoked_at", or_null(token.revoked_at)},
          {"limits",
           {{"reports_per_s", token.limits.reports_per_s},
            {"runs_per_day", token.limits.runs_per_day},
            {"workers_per_run", token.limits.workers_per_run},
            {"connections", token.limits.connections}}}};
}

std::string problem_of(const Patterns& patterns, const char* what) {
  if (patterns.all().size() > kMaxPatterns) {
    return std::string(what) + " are more than " + std::to_string(kMaxPatterns);
  }
  for (const auto& pattern : patterns.all()) {
    const bool printable = std::none_of(pattern.begin(), pattern.end(),
                                        [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (pattern.empty() || pattern.size() > kMaxPatternBytes || !printable) {
      return std::string(what) + " must be names of 1 to " + std::to_string(kMaxPatternBytes) +
             " bytes, in which * stands for any text";
    }
  }
  return {};
}

}  // namespace

std::string problem_of(const Token& token) {
  if (!is_token_name(token.name)) {
    return "a token's name is 1 to 64 letters, digits, '.', '_' and '-'";
  }
  if (auto problem = problem_of(token.runs, "runs"); !problem.empty()) return problem;
  if (auto problem = problem_of(token.workers, "workers"); !problem.empty()) return problem;
  const bool is_worker = token.role == Role::kWorker;
  const bool is_admin = token.role == Role::kAdmin;
  if (is_admin && !token.runs.include_everything()) return "an admin's runs are all: *";
  if (token.runs.all().empty()) return "runs are missing: say which it is for, or * for all";
  if (is_worker && token.workers.all().empty())
    return "workers are missing: whom may it report as?";
  if (!is_worker && (!token.workers.all().empty() || token.coordinates)) {
    return "workers and coordinator are for tokens of workers";
  }
  const auto& limits = token.limits;
  if (!(limits.reports_per_s >= 0.001 && limits.reports_per_s <= kMostPerS) ||
      std::min({limits.runs_per_day, limits.workers_per_run, limits.connections}) < 1 ||
      std::max({limits.runs_per_day, limits.workers_per_run, limits.connections}) > kMost) {
    return "a limit is out of range: they are from 1 to 1000000000";
  }
  return {};
}

tl::expected<Tokens, std::string> parse_tokens(std::string_view json) {
  const auto document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) return tl::unexpected(std::string("it is not JSON"));
  Fields fields(document, "the file");
  std::int64_t version = 0;
  fields.limit("fedwatt_tokens", version);
  const Json* list = fields.object("tokens");
  if (!fields.problem().empty()) return tl::unexpected(fields.problem());
  if (version != kVersion || !list || !list->is_array()) {
    return tl::unexpected(
        std::string(R"(it is no {"fedwatt_tokens":1,"tokens":[…]} of this version)"));
  }
  if (list->size() > kMaxTokens) {
    return tl::unexpected("it has more than " + std::to_string(kMaxTokens) + " tokens");
  }
  Tokens tokens;
  std::size_t number = 0;
  for (const auto& each : *list) {
    auto token = token_from(each, ++number);
    if (!token) return tl::unexpected(token.error());
    const auto name = token->name;
    if (!tokens.emplace(name, std::move(*token)).second) {
      return tl::unexpected("two tokens are called " + name);
    }
  }
  return tokens;
}

std::string text_of(const Tokens& tokens) {
  Json list = Json::array();
  for (const auto& [name, token] : tokens) list.push_back(json_of(token));
  const Json document = {{"fedwatt_tokens", kVersion}, {"tokens", std::move(list)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fedwatt::access
