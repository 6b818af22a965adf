#include "prune.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "fedwatt/hub/database_password.h"
#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/number_in.h"
#include "fedwatt/protocol/printable.h"
#include "fedwatt/protocol/time.h"
#include "fedwatt/run/event_codec.h"
#include "fedwatt/run/run.h"
#include "fedwatt/store/store.h"
#include "run_archive.h"

namespace fedwatt {
namespace {

using protocol::Timestamp;

constexpr char kAbout[] =
    "Removes runs that are over, or silent, for so long from the store of a hub that does not "
    "run,\n"
    "and keeps in a folder what is to be kept of them. Without --yes it only says what it would "
    "do.";

constexpr char kMore[] = R"(
Examples:
  fedwatt-hub prune --older-than 180d
  fedwatt-hub prune --older-than 180d --archive /srv/fedwatt-archive --yes
)";

struct Flags {
  std::string database = "sqlite:fedwatt.sqlite";
  std::string database_password_file;
  std::string older_than;
  std::vector<std::string> runs;
  std::string archive;
  std::string keep = "rounds";
  bool yes = false;
};

// One run, as far as pruning goes.
struct Candidate {
  std::string run_id;
  std::string name;
  std::string state;
  std::string original;  // of an edition
  Timestamp last_event_at;
  std::int64_t events = 0;
  std::int64_t reports = 0;
  std::int64_t commands = 0;  // and policies that were set
  std::uint64_t bytes = 0;    // of its log as JSON
};

// "180d", "12h", "30m" or "0s".
std::optional<std::chrono::seconds> parse_age(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto number =
      protocol::number_in<std::int64_t>(std::string_view(text).substr(0, text.size() - 1));
  if (!number || *number < 0 || *number > 1'000'000) return std::nullopt;
  switch (text.back()) {
    case 's':
      return std::chrono::seconds{*number};
    case 'm':
      return std::chrono::minutes{*number};
    case 'h':
      return std::chrono::hours{*number};
    case 'd':
      return std::chrono::hours{24 * *number};
    default:
      return std::nullopt;
  }
}

// Looks at every run of the store, one at a time.
class Survey {
 public:
  void take(const run::StoredEvent& stored) {
    if (stored.offset == 1) {
      finish();
      run_ = std::make_unique<run::Run>(stored.run_id);
      candidates_.emplace_back().run_id = stored.run_id;
    }
    run_->apply(stored.event, stored.at);
    auto& candidate = candidates_.back();
    ++candidate.events;
    candidate.last_event_at = stored.at;
    candidate.bytes += run::encode_event(stored.event).size();
    candidate.reports += std::holds_alternative<run::ReportReceived>(stored.event) ? 1 : 0;
    candidate.commands += std::holds_alternative<run::CommandIssued>(stored.event) ||
                                  std::holds_alternative<run::PoliciesChanged>(stored.event)
                              ? 1
                              : 0;
  }

  std::vector<Candidate> candidates() && {
    finish();
    return std::move(candidates_);
  }

 private:
  void finish() {
    if (!run_) return;
    auto& candidate = candidates_.back();
    candidate.name = run_->name();
    candidate.state = run_->ended() ? protocol::name_of(run_->state()) : "silent";
    if (const auto& edition = run_->created().edition) candidate.original = edition->of_run_id;
    run_.reset();
  }

  std::unique_ptr<run::Run> run_;
  std::vector<Candidate> candidates_;
};

// Those of them that are old enough and meant. An edition goes with its original, and only then:
// its events have the original's times, however late it was made.
std::vector<Candidate> chosen(const std::vector<Candidate>& all, const Flags& flags,
                              Timestamp newest) {
  std::set<std::string> there;
  std::set<std::string> gone;
  for (const auto& each : all) there.insert(each.run_id);
  std::vector<Candidate> out;
  for (const auto& each : all) {
    const auto& subject = there.count(each.original) > 0 ? each.original : each.run_id;
    const bool meant = flags.runs.empty() ||
                       std::any_of(flags.runs.begin(), flags.runs.end(), [&](const auto& run) {
                         return run == each.run_id || run == each.name || run == subject;
                       });
    const bool with_original = gone.count(each.original) > 0;
    const bool by_itself = subject == each.run_id && each.last_event_at <= newest && meant;
    if (!with_original && !by_itself) continue;
    gone.insert(each.run_id);
    out.push_back(each);
  }
  return out;
}

std::string in_mib(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

std::string line_of(const Candidate& run) {
  return fmt::format("{}  {}  {}, last heard of {}: {} events, {} reports, {} commands, {}",
                     run.run_id, protocol::printable(run.name), run.state,
                     protocol::format_timestamp(run.last_event_at), run.events, run.reports,
                     run.commands, in_mib(run.bytes));
}

int fail(const std::string& why) {
  std::cerr << "fedwatt-hub prune: " << why << "\n";
  return 1;
}

int remove_all(store::Store& store, const std::vector<Candidate>& runs, const Flags& flags) {
  const auto keep = flags.keep == "log"      ? Keep::kLog
                    : flags.keep == "rounds" ? Keep::kRounds
                                             : Keep::kAudit;
  for (const auto& run : runs) {
    if (const auto kept = archive(store, run.run_id, keep, flags.archive); !kept) {
      return fail(run.run_id + " stays: " + kept.error());
    }
    if (const auto removed = store.remove(run.run_id); !removed) {
      return fail(run.run_id + " stays: " + removed.error().message);
    }
    std::cout << "removed " << run.run_id << std::endl;
  }
  if (const auto compacted = store.compact(); !compacted) {
    return fail("the runs are removed, but their space is not given back: " +
                compacted.error().message);
  }
  return 0;
}

int prune_store(const Flags& flags, std::chrono::seconds age) {
  tl::expected<std::string, std::string> database = flags.database;
  if (const auto& file = flags.database_password_file; !file.empty()) {
    database = hub::with_password_of(file, flags.database);
  }
  if (!database) return fail("--database-password-file: " + database.error());
  auto store = store::open_store(*database);
  if (!store && store.error().kind == store::StoreError::Kind::kInUse) {
    return fail(
        "a hub works on the database: stop it, prune, and start it again; its workers keep "
        "their reports meanwhile");
  }
  if (!store) return fail(store.error().message);
  Survey survey;
  const auto read = (*store)->replay([&survey](const auto& event) { survey.take(event); });
  if (!read) return fail(read.error().message);
  const auto all = std::move(survey).candidates();
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto runs = chosen(all, flags, now - age);
  std::uint64_t bytes = 0;
  for (const auto& run : runs) {
    bytes += run.bytes;
    std::cout << line_of(run) << "\n";
  }
  std::cout << fmt::format("{} of {} runs, {} of log", runs.size(), all.size(), in_mib(bytes));
  if (!flags.yes) {
    std::cout << (runs.empty() ? "" : ": would be removed with --archive FOLDER --yes") << "\n";
    return 0;
  }
  std::cout << "\n";
  return runs.empty() ? 0 : remove_all(**store, runs, flags);
}

void add_options(CLI::App& app, Flags& flags) {
  app.footer(kMore);
  app.set_config("--config", "", "the hub's file, for its database")->take_last();
  app.allow_config_extras(CLI::config_extras_mode::ignore);
  app.add_option("--database", flags.database, "as the hub's (FEDWATT_DATABASE)")
      ->take_last()
      ->capture_default_str()
      ->type_name("URL");
  app.add_option("--database-password-file", flags.database_password_file,
                 "likewise (FEDWATT_DATABASE_PASSWORD_FILE)")
      ->take_last()
      ->type_name("FILE");
  app.add_option("--older-than", flags.older_than,
                 "nothing has happened for so long: 180d, 12h, 30m or 10s")
      ->required()
      ->configurable(false)
      ->type_name("AGE");
  app.add_option("--run", flags.runs, "only this one, by name or id; may be given several times")
      ->configurable(false)
      ->type_name("RUN");
  app.add_option("--archive", flags.archive, "the folder for what is kept, RUN_ID/ each")
      ->configurable(false)
      ->type_name("FOLDER");
  app.add_option("--keep", flags.keep,
                 "audit: what happened, with every command; rounds: the rounds' figures, too; log: "
                 "every report, too")
      ->configurable(false)
      ->capture_default_str()
      ->check(CLI::IsMember({"audit", "rounds", "log"}));
  app.add_flag("--yes", flags.yes, "do it")->configurable(false);
}

// The command line, preceded by what the environment says, as CLI11 wants it.
std::vector<std::string> words_of(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (const auto& [variable, option] :
       {std::pair("FEDWATT_CONFIG", "--config="),
        {"FEDWATT_DATABASE", "--database="},
        {"FEDWATT_DATABASE_PASSWORD_FILE", "--database-password-file="}}) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
    if (const char* value = std::getenv(variable)) words.push_back(std::string(option) + value);
  }
  words.insert(words.end(), argv + 1, argv + argc);
  std::reverse(words.begin(), words.end());
  return words;
}

}  // namespace

int prune(int argc, const char* const* argv) {
  CLI::App app(kAbout, "fedwatt-hub prune");
  app.config_formatter(std::make_shared<CLI::ConfigTOML>());
  Flags flags;
  add_options(app, flags);
  try {
    app.parse(words_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream problem;
    if (app.exit(error, out, problem) == 0) {
      std::cout << out.str();
      return 0;
    }
    const auto text = problem.str();
    std::cerr << "fedwatt-hub prune: " << text.substr(0, text.find('\n'))
              << " (see fedwatt-hub prune --help)\n";
    return 2;
  }
  const auto age = parse_age(flags.older_than);
  if (!age) {
    std::cerr << "fedwatt-hub prune: --older-than " << flags.older_than
              << " is not an age such as 180d, 12h, 30m or 10s\n";
    return 2;
  }
  if (flags.yes && flags.archive.empty()) {
    std::cerr << "fedwatt-hub prune: --yes needs --archive FOLDER, for what is kept of each run\n";
    return 2;
  }
  try {
    return prune_store(flags, *age);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}

}  // namespace fedwatt
