#include "fedwatt/access/token_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <sstream>

#include "fedwatt/access/secret.h"
#include "fedwatt/access/tokens_file.h"
#include "fedwatt/protocol/number_in.h"

namespace fedwatt::access {
namespace {

constexpr char kAbout[] =
    "Makes, lists and revokes the tokens that a hub with --tokens FILE asks of everybody.\n"
    "A hub that runs takes up a change within two seconds.";

constexpr char kExamples[] = R"(
Examples:
  fedwatt-hub token add hospital-3 --role worker --runs digits
                              may report to runs called digits, only as the worker hospital-3
  fedwatt-hub token add site-a --role worker --runs 'mnist-*' --worker 'a-*' --expires 90d
                              many workers with one token; also for fedwatt import
  fedwatt-hub token add server --role worker --runs digits --coordinator
  fedwatt-hub token add ada --role operator --runs '*' > ada.token
  fedwatt-hub token add prometheus --role viewer --runs '*'
  fedwatt-hub token list
  fedwatt-hub token revoke hospital-3      its connections are closed, and it never works again

Roles, in the runs that a token is for:
  worker    reports, as itself alone
  viewer    sees runs; and /metrics, if the token is for all runs
  operator  sees and commands runs, sets their policies, recomputes them
  admin     everything, in all runs
)";

struct Flags {
  std::string file;
  std::string name;
  std::string role;
  std::vector<std::string> runs;
  std::vector<std::string> workers;
  bool coordinator = false;
  std::string expires = "never";
  Limits limits;
};

// "90d", "12h", "2027-01-31" or a time. Empty: never.
tl::expected<std::optional<Timestamp>, std::string> expiry_of(const std::string& text,
                                                              Timestamp now) {
  if (text == "never") return std::nullopt;
  auto time = protocol::parse_timestamp(text);
  if (!time) time = protocol::parse_timestamp(text + "T00:00:00Z");
  if (!time && !text.empty() && (text.back() == 'd' || text.back() == 'h')) {
    constexpr int kMostDays = 36'500;
    const auto count = protocol::number_in<int>(std::string_view(text).substr(0, text.size() - 1));
    if (count && *count > 0 && *count <= kMostDays) {
      time = now + std::chrono::hours{text.back() == 'd' ? 24 * *count : *count};
    }
  }
  if (!time) {
    return tl::unexpected("--expires " + text +
                          " is neither a time from now such as 90d or 12h, nor a date such as "
                          "2027-01-31, nor never");
  }
  if (*time <= now) return tl::unexpected("--expires " + text + " is over already");
  return time;
}

std::string in_words(const std::optional<Timestamp>& expires_at) {
  return expires_at ? protocol::format_timestamp(*expires_at) : "never";
}

tl::expected<Token, std::string> token_of(const Flags& flags, Timestamp now) {
  Token token;
  token.name = flags.name;
  token.role = *role_named(flags.role);
  const bool is_admin = token.role == Role::kAdmin;
  const bool is_worker = token.role == Role::kWorker;
  token.runs =
      Patterns(is_admin && flags.runs.empty() ? std::vector<std::string>{"*"} : flags.runs);
  token.workers =
      Patterns(is_worker && flags.workers.empty() ? std::vector{flags.name} : flags.workers);
  token.coordinates = flags.coordinator;
  token.created_at = now;
  token.limits = flags.limits;
  const auto expires_at = expiry_of(flags.expires, now);
  if (!expires_at) return tl::unexpected(expires_at.error());
  token.expires_at = *expires_at;
  if (token.runs.all().empty()) {
    return tl::unexpected(
        std::string("--runs is missing: name the runs that it is for, or '*' for all"));
  }
  if (const auto problem = problem_of(token); !problem.empty()) return tl::unexpected(problem);
  return token;
}

void explain(const Token& token, std::ostream& err) {
  err << "The token of " << token.name << ", a"
      << (token.role == Role::kAdmin || token.role == Role::kOperator ? "n " : " ")
      << name_of(token.role) << " for the runs " << token.runs.in_words();
  if (token.role == Role::kWorker) {
    err << ", as worker " << token.workers.in_words()
        << (token.coordinates ? ", also as coordinator" : "");
  }
  err << ". It expires: " << in_words(token.expires_at)
      << ".\nIt is shown this once: the file keeps only its digest. Use it by\n"
         "  FEDWATT_TOKEN=…                 in the environment of a worker or of fedwatt\n"
         "  token=…                         in the options of libfedwatt\n"
         "  fedwatt --token-file FILE       with the token as the file's first line\n"
         "  Authorization: Bearer …         over HTTP and at a WebSocket's handshake\n";
}

tl::expected<void, std::string> add(const Flags& flags, Timestamp now, std::ostream& out,
                                    std::ostream& err) {
  auto token = token_of(flags, now);
  if (!token) return tl::unexpected(token.error());
  const std::string secret = make_secret();
  token->digest = digest_of(secret);
  auto changed = change_tokens(flags.file, [&](Tokens& tokens) -> tl::expected<void, std::string> {
    const auto known = tokens.find(token->name);
    if (known != tokens.end() && known->second.state_at(now) == Token::State::kValid) {
      return tl::unexpected("there is a token " + token->name +
                            " already: revoke it first, or choose another name");
    }
    tokens.insert_or_assign(token->name, *token);
    return {};
  });
  if (!changed) return changed;
  explain(*token, err);
  out << "fw_" << token->name << "_" << secret << std::endl;
  return {};
}

const char* state_in_words(Token::State state) {
  switch (state) {
    case Token::State::kValid:
      return "valid";
    case Token::State::kExpired:
      return "expired";
    case Token::State::kRevoked:
      return "revoked";
  }
  return "";
}

tl::expected<void, std::string> list(const Flags& flags, Timestamp now, std::ostream& out) {
  const auto tokens = read_tokens(flags.file);
  if (!tokens) return tl::unexpected(tokens.error());
  std::vector<std::array<std::string, 6>> rows = {
      {"NAME", "ROLE", "STATE", "EXPIRES", "RUNS", "WORKERS"}};
  for (const auto& [name, token] : *tokens) {
    rows.push_back({name, name_of(token.role), state_in_words(token.state_at(now)),
                    in_words(token.expires_at), token.runs.in_words(),
                    token.workers.in_words() + (token.coordinates ? " (coordinator)" : "")});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
  }
  return {};
}

tl::expected<void, std::string> revoke(const Flags& flags, Timestamp now, std::ostream& err) {
  auto changed = change_tokens(flags.file, [&](Tokens& tokens) -> tl::expected<void, std::string> {
    const auto token = tokens.find(flags.name);
    if (token == tokens.end()) {
      return tl::unexpected("no token is called " + flags.name +
                            "; fedwatt-hub token list shows those there are");
    }
    if (!token->second.revoked_at) token->second.revoked_at = now;
    return {};
  });
  if (changed) err << "The token of " << flags.name << " is revoked.\n";
  return changed;
}

void add_file(CLI::App& command, Flags& flags) {
  command
      .add_option("--tokens", flags.file, "The tokens' file, as the hub has it (FEDWATT_TOKENS)")
      ->required(flags.file.empty())
      ->type_name("FILE");
}

CLI::App* add_adding(CLI::App& app, Flags& flags) {
  CLI::App* command = app.add_subcommand("add", "Make a token; it is printed this once");
  command->add_option("name", flags.name, "Of the token; kept with all that is done with it")
      ->required();
  command->add_option("--role", flags.role, "worker, viewer, operator or admin")
      ->required()
      ->check(CLI::IsMember({"worker", "viewer", "operator", "admin"}));
  command->add_option("--runs", flags.runs, "Runs it is for, by name; '*' stands for any text")
      ->type_name("NAME")
      ->expected(1, 100);
  command
      ->add_option("--worker", flags.workers,
                   "Whom it may report as; by default the token's own name")
      ->type_name("NAME")
      ->expected(1, 100);
  command->add_flag("--coordinator", flags.coordinator,
                    "It may also coordinate: plan rounds, give the run's accuracy, bring policies");
  command->add_option("--expires", flags.expires, "90d, 12h, 2027-01-31 (at 00:00 UTC), never")
      ->type_name("WHEN")
      ->capture_default_str();
  command
      ->add_option("--reports-per-second", flags.limits.reports_per_s,
                   "Past it, its workers are read more slowly; nothing is lost")
      ->capture_default_str();
  command->add_option("--runs-per-day", flags.limits.runs_per_day, "That its workers may start")
      ->capture_default_str();
  command
      ->add_option("--workers-per-run", flags.limits.workers_per_run,
                   "It may add no worker to a run that has so many")
      ->capture_default_str();
  command->add_option("--connections", flags.limits.connections, "At a time")
      ->capture_default_str();
  return command;
}

}  // namespace

int token_command(const std::vector<std::string>& arguments, Timestamp now, std::ostream& out,
                  std::ostream& err) {
  Flags flags;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread
  if (const char* file = std::getenv("FEDWATT_TOKENS")) flags.file = file;
  CLI::App app(kAbout, "fedwatt-hub token");
  app.footer(kExamples);
  app.require_subcommand(1);
  CLI::App* adding = add_adding(app, flags);
  CLI::App* listing = app.add_subcommand("list", "Show all tokens, without their secrets");
  CLI::App* revoking = app.add_subcommand("revoke", "End a token, and its connections");
  revoking->add_option("name", flags.name, "Of the token")->required();
  for (auto* command : {adding, listing, revoking}) add_file(*command, flags);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    std::ostringstream problem;
    if (app.exit(error, text, problem) == 0) {
      out << text.str();
      return 0;
    }
    err << "fedwatt-hub token: " << problem.str();
    return 2;
  }
  const auto done = adding->parsed()    ? add(flags, now, out, err)
                    : listing->parsed() ? list(flags, now, out)
                                        : revoke(flags, now, err);
  if (done) return 0;
  err << "fedwatt-hub token: " << done.error() << "\n";
  return 1;
}

}  // namespace fedwatt::access
