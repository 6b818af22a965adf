#include "fedwatt/hub/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "fedwatt/hub/database_password.h"
#include "fedwatt/hub/intensity_settings.h"
#include "fedwatt/hub/version.h"
#include "fedwatt/protocol/number_in.h"
#include "fedwatt/protocol/policy_text.h"
#include "fedwatt/run/policy_set.h"
#include "fedwatt/store/store.h"
#include "network_settings.h"

namespace fedwatt::hub {
namespace {

constexpr char kAbout[] =
    "The Fedwatt hub: takes the reports of a federated training's workers, commits every one of\n"
    "them, and shows viewers what accuracy each round gained and what carbon it cost.";

constexpr char kMore[] = R"(
Every option is also read from the environment (the name in brackets) and from the file given with
--config (lines like  round-deadline=60 ). The command line outranks the environment, which outranks
the file. At SIGHUP the hub reads them all again, and its log says what changed.

Examples:
  fedwatt-hub                            SQLite in ./fedwatt.sqlite, on 127.0.0.1:3000
  fedwatt-hub --database postgresql://fedwatt@localhost/fedwatt
  fedwatt-hub --listen 127.0.0.1:0       a port that is free; it is printed
  fedwatt-hub token --help               who may connect, and do what
  fedwatt-hub --list-regions fr          what it knows of the grids with "fr" in a name
  fedwatt-hub --check-config             the settings in force, and where each came from
  fedwatt-hub prune --older-than 180d    the runs that could be removed; see fedwatt-hub prune --help

Then point workers at ws://127.0.0.1:3000 and look with:  fedwatt
Stop it with Ctrl-C: it commits what it holds and tells everybody to come back later.
)";

struct Flags {
  std::string listen = "127.0.0.1:3000";
  std::string database = "sqlite:fedwatt.sqlite";
  std::string database_password_file;
  std::int64_t wait_for_store_s = 60;
  std::string log_level = "info";
  std::string log_format = "text";
  std::size_t max_connections = 10'000;
  NetworkFlags network;
  std::string tokens;
  double peer_handshake_s = 5;
  double peer_slow_s = 30;
  double peer_silent_s = 40;
  double quorum = 0.5;
  double deadline_s = 120;
  double grace_s = 30;
  double abandon_s = 600;
  double stale_s = 120;
  std::int64_t forecast_after_rounds = 3;
  double pue = 1.0;
  double network_kwh_per_gb = 0.01;
  std::optional<double> network_intensity_g_per_kwh;
  std::string intensity_table;
  std::vector<std::string> intensity_series;
  LiveSettings live;
  std::int64_t live_refresh_s = 300;
  std::vector<std::string> policies;
  std::vector<std::string> alert_webhooks;
  std::vector<std::string> alert_webhook_headers;
  std::string list_regions;  // those with this in a name
  bool check_config = false;
};

// Unlike CLI::Range it refuses NaN.
CLI::Validator between(double least, double most) {
  std::ostringstream range;
  range << "from " << least << " to " << most;
  const auto text = range.str();
  return {[least, most, text](std::string& input) -> std::string {
            double value = 0;
            const bool inside =
                CLI::detail::lexical_cast(input, value) && value >= least && value <= most;
            return inside ? "" : input + " is not a number " + text;
          },
          text};
}

// "FEDWATT_ROUND_DEADLINE" for "round-deadline".
std::string variable_of(std::string_view option) {
  std::string variable = "FEDWATT_";
  for (const char c : option) {
    variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : '_';
  }
  return variable;
}

// Not those that say what to do instead of starting.
bool is_setting(const std::string& option) {
  return option != "help" && option != "version" && option != "list-regions" &&
         option != "check-config";
}

// The command line, preceded by what the environment says, so that the later word wins. (CLI11's
// own reading of the environment comes after its reading of the file.)
std::vector<std::string> words_of(const CLI::App& app, int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (const auto* option : app.get_options()) {
    const auto name = option->get_single_name();
    if (!is_setting(name)) continue;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread
    if (const char* value = std::getenv(variable_of(name).c_str())) {
      words.push_back("--" + name + "=" + value);
    }
  }
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  return words;
}

// CLI11 2.1 takes the first value of a list without looking whether there is one.
class ConfigFile : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto options = CLI::ConfigTOML::from_config(input);
    for (const auto& option : options) {
      const bool section = option.name == "++" || option.name == "--";
      if (option.inputs.empty() && !section) {
        throw CLI::ConversionError(option.fullname() + " is an empty list");
      }
    }
    return options;
  }
};

void add_options(CLI::App& app, Flags& flags) {
  const auto option = [&app](const std::string& name, auto& value, const std::string& help) {
    return app.add_option("--" + name, value, help + " (" + variable_of(name) + ")")
        ->take_last()
        ->capture_default_str();
  };
  constexpr double kYearS = 365.0 * 86'400;
  option("listen", flags.listen, "IP address and port; port 0 takes one that is free")
      ->type_name("ADDRESS:PORT");
  option("database", flags.database, "sqlite:PATH, or postgresql://USER:PASSWORD@HOST/NAME")
      ->type_name("URL");
  option("database-password-file", flags.database_password_file,
         "the password for --database is the first line of this file")
      ->type_name("FILE");
  option("wait-for-store", flags.wait_for_store_s,
         "seconds to wait at the start for a database that is away, full or read-only; 0: not at "
         "all")
      ->check(between(0, 86'400));
  option("log-level", flags.log_level, "how much to say on standard error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  option("log-format", flags.log_format,
         "whether for people or, a JSON object a line, for programs")
      ->check(CLI::IsMember({"text", "json"}));
  option("max-connections", flags.max_connections, "of workers and viewers together")
      ->check(between(1, 1e6));
  option("max-connections-per-address", flags.network.door.most_connections_per_address,
         "of workers and viewers of one IP address; a NAT's all count as one")
      ->check(between(1, 1e6));
  option("max-requests-per-address", flags.network.door.requests_per_s_per_address,
         "handshakes and HTTP requests a second of one IP address, and four times that at once")
      ->check(between(1, 1e6));
  option("tls-certificate", flags.network.tls.certificate,
         "speak TLS (wss, https) with this certificate and those of its chain, in PEM; read again "
         "when it changes")
      ->type_name("FILE");
  option("tls-key", flags.network.tls.key, "the certificate's key, in PEM without a passphrase")
      ->type_name("FILE");
  option("tls-client-ca", flags.network.tls.client_ca,
         "let in only who has a certificate of this CA, in PEM")
      ->type_name("FILE");
  option("trusted-proxy", flags.network.door.trusted_proxies,
         "a reverse proxy whose X-Forwarded-For is believed; may be given several times")
      ->take_all()
      ->delimiter(',')
      ->default_str("")
      ->type_name("ADDRESS[/BITS]");
  option("allow-origin", flags.network.door.allowed_origins,
         "let web pages from there speak to the hub, like https://dashboard.example; may be given "
         "several times")
      ->take_all()
      ->delimiter(',')
      ->default_str("")
      ->type_name("ORIGIN");
  app.add_flag("--insecure", flags.network.insecure,
               "listen for everybody without tokens: whoever reaches the hub may report, watch and "
               "command (FEDWATT_INSECURE)");
  option("tokens", flags.tokens,
         "who may connect, and do what, by tokens that fedwatt-hub token makes: see "
         "docs/security.md; without it everybody may do everything")
      ->type_name("FILE");
  option("peer-handshake", flags.peer_handshake_s,
         "seconds within which a handshake or an HTTP request must have come")
      ->check(between(0.1, 3600));
  option("peer-slow", flags.peer_slow_s,
         "seconds that a peer may take to read what it was sent, before it is closed")
      ->check(between(1, 3600));
  option("peer-silent", flags.peer_silent_s,
         "seconds without a sign of life, not even an answer to a ping, before it is closed")
      ->check(between(1, 3600));
  option("round-quorum", flags.quorum,
         "share of a round's workers after which its deadline starts to run")
      ->check(between(0.0, 1.0));
  option("round-deadline", flags.deadline_s,
         "seconds after the quorum at which a round closes without the rest")
      ->check(between(0.0, kYearS));
  option("worker-grace", flags.grace_s,
         "seconds after which a worker that lost its connection is given up")
      ->check(between(0.0, kYearS));
  option("worker-stale", flags.stale_s,
         "seconds of silence before which no worker is called stale: see docs/alerts.md")
      ->check(between(0.0, kYearS));
  option("run-abandon", flags.abandon_s,
         "seconds after which a run that everybody has vanished from ends as lost")
      ->check(between(0.0, kYearS));
  option("forecast-after", flags.forecast_after_rounds,
         "closed rounds of a run before anything is forecast")
      ->check(between(3, 1e6));
  option("pue", flags.pue, "power usage effectiveness for workers that do not give theirs")
      ->check(between(1.0, 100.0));
  option("network-kwh-per-gb", flags.network_kwh_per_gb,
         "energy of sending a gigabyte; published values differ about 70-fold")
      ->check(between(0.0, 1e3));
  option("network-intensity", flags.network_intensity_g_per_kwh,
         "gCO2e per kWh of the network; the world's average unless you know better")
      ->check(between(0.0, 1e5));
  option("intensity-table", flags.intensity_table,
         "gCO2e per kWh of regions, in place of the table that is compiled in: see "
         "docs/intensities.md")
      ->type_name("FILE");
  option(
      "intensity-series", flags.intensity_series,
      "gCO2e per kWh of a region over time, from lines of timestamp,g_per_kwh; one for each region")
      ->take_all()
      ->delimiter(',')
      ->default_str("")
      ->type_name("REGION=FILE");
  option(
      "electricity-maps-token", flags.live.electricity_maps_token,
      "ask Electricity Maps for live intensities with this token; better in the environment or a "
      "file, where no other user sees it")
      ->type_name("TOKEN");
  option("electricity-maps-token-file", flags.live.electricity_maps_token_file,
         "the same, with the token that is the first line of a file")
      ->type_name("FILE");
  option("electricity-maps-url", flags.live.electricity_maps_url, "where it is asked")
      ->type_name("URL");
  app.add_flag("--uk-carbon-intensity", flags.live.uk_carbon_intensity,
               "ask the Carbon Intensity API for Great Britain's live intensity "
               "(FEDWATT_UK_CARBON_INTENSITY)");
  option("uk-carbon-intensity-url", flags.live.uk_carbon_intensity_url, "where it is asked")
      ->type_name("URL");
  option("live-intensity-refresh", flags.live_refresh_s,
         "seconds between two questions about the same grid")
      ->check(between(60, 3600));
  option("policy", flags.policies,
         "what to do about every new run, for example budget:limit_g=500,act=pause; one for each "
         "kind: see docs/policies.md")
      ->take_all()
      ->allow_extra_args(false)
      ->default_str("")
      ->type_name("KIND:FIELD=VALUE,...");
  option("alert-webhook", flags.alert_webhooks,
         "whom to POST alerts to, as JSON; may be given several times: see docs/alerts.md")
      ->take_all()
      ->delimiter(' ')
      ->default_str("")
      ->type_name("URL");
  option("alert-webhook-header", flags.alert_webhook_headers,
         "a header of those POSTs, such as one that says who we are; likewise")
      ->take_all()
      ->default_str("")
      ->type_name("'NAME: VALUE'");
  app.add_flag(
         "--check-config", flags.check_config,
         "read all settings and the files that they name, print what is in force and where it "
         "came from, and exit: with 0 if a hub could start with them")
      ->configurable(false);
  app.add_option("--list-regions", flags.list_regions,
                 "print the regions of the table, all or those with TEXT in a name, and exit")
      ->expected(0, 1)
      ->configurable(false)
      ->type_name("[TEXT]");
}

// "127.0.0.1:3000" or "[::1]:3000".
bool split_address(const std::string& text, Settings& settings) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  settings.listen_address = text.substr(0, colon);
  auto& address = settings.listen_address;
  if (address.front() == '[' && address.back() == ']') address = address.substr(1, colon - 2);
  const auto port = protocol::number_in<std::uint16_t>(std::string_view(text).substr(colon + 1));
  settings.listen_port = port.value_or(0);
  return port && !address.empty();
}

std::int64_t as_milliseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1000); }

// Of two of a kind the later one counts, so the command line outranks the environment.
tl::expected<protocol::Policies, std::string> read_policies(const std::vector<std::string>& words) {
  // CLI11 cuts a file's line at its commas: what begins with a field goes on with the one before.
  std::vector<std::string> texts;
  for (const auto& word : words) {
    if (texts.empty() || word.find(':') <= word.find('=')) {
      texts.push_back(word);
    } else {
      texts.back() += "," + word;
    }
  }
  protocol::Policies policies;
  for (const auto& text : texts) {
    const auto parsed = protocol::parse_policies(text);
    if (!parsed) return tl::unexpected("--policy: " + parsed.error());
    policies = run::merged(policies, *parsed, {});
  }
  return policies;
}

// It quotes what was written in the file, and that may be any bytes: they must not move the cursor.
Exit refused(std::string why) {
  std::replace_if(
      why.begin(), why.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return {2, "fedwatt-hub: " + why + "\n"};
}

Exit listed(const carbon::RegionTable& table, const std::string& part) {
  auto text = list_regions(table, part);
  if (text.empty()) return {1, "fedwatt-hub: no region has '" + part + "' in a name\n"};
  return {0, std::move(text)};
}

Settings settings_from(const Flags& flags, carbon::Intensities intensities) {
  Settings settings;
  settings.database = flags.database;
  settings.wait_for_store = std::chrono::seconds{flags.wait_for_store_s};
  settings.log_level = flags.log_level;
  settings.log_format = flags.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  settings.max_connections = flags.max_connections;
  settings.tokens_file = flags.tokens;
  settings.patience = {std::chrono::milliseconds{as_milliseconds(flags.peer_handshake_s)},
                       std::chrono::milliseconds{as_milliseconds(flags.peer_slow_s)},
                       std::chrono::milliseconds{as_milliseconds(flags.peer_silent_s)}};
  settings.defaults.rules = {flags.quorum, as_milliseconds(flags.deadline_s),
                             as_milliseconds(flags.grace_s), as_milliseconds(flags.abandon_s)};
  settings.defaults.rules.stale_ms = as_milliseconds(flags.stale_s);
  settings.defaults.rules.forecast_after_rounds = flags.forecast_after_rounds;
  const double world_g_per_kwh = intensities.table().world().g_per_kwh;
  settings.defaults.carbon = {flags.pue, flags.network_kwh_per_gb,
                              flags.network_intensity_g_per_kwh.value_or(world_g_per_kwh)};
  settings.defaults.intensities = std::move(intensities);
  return settings;
}

bool on_command_line(const std::string& option, int argc, const char* const* argv) {
  return std::any_of(argv + 1, argv + argc, [&option](std::string_view word) {
    return word == "--" + option || word.starts_with("--" + option + "=");
  });
}

std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return option.count() > 0 ? "true" : "false";
  if (option.count() == 0) return option.get_default_str();
  const auto values = option.reduced_results();
  if (values.size() == 1) return values.front();
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "[\"" : "\", \"") + value;
  return list + "\"]";
}

// NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
SettingsInForce in_force(const CLI::App& app, int argc, const char* const* argv) {
  SettingsInForce settings;
  for (const auto* option : app.get_options()) {
    const auto name = option->get_single_name();
    if (!is_setting(name)) continue;
    std::string source = "default";
    if (on_command_line(name, argc, argv)) {
      source = "command line";
    } else if (std::getenv(variable_of(name).c_str()) != nullptr) {
      source = "environment " + variable_of(name);
    } else if (option->count() > 0) {
      source = "file " + app.get_config_ptr()->as<std::string>();
    }
    settings.push_back({name, value_of(*option), std::move(source)});
  }
  return settings;
}
// NOLINTEND(concurrency-mt-unsafe)

}  // namespace

std::variant<Settings, Exit> read_settings(int argc, const char* const* argv) {
  CLI::App app(kAbout, "fedwatt-hub");
  app.footer(kMore);
  app.set_version_flag("--version", std::string("fedwatt-hub ") + kHubVersion);
  app.config_formatter(std::make_shared<ConfigFile>());
  app.set_config("--config", "", "read options from this file")->take_last();
  app.allow_config_extras(CLI::config_extras_mode::error);
  Flags flags;
  add_options(app, flags);
  try {
    app.parse(words_of(app, argc, argv));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream problem;
    const int status = app.exit(error, out, problem);
    if (status == 0) return Exit{0, out.str()};
    std::string text = problem.str();
    text = text.substr(0, text.find('\n'));
    return refused(text + " (see fedwatt-hub --help)");
  }
  if (!flags.database_password_file.empty()) {
    auto database = with_password_of(flags.database_password_file, flags.database);
    if (!database) return refused("--database-password-file: " + database.error());
    flags.database = std::move(*database);
  }
  auto intensities = read_intensities(flags.intensity_table, flags.intensity_series);
  if (!intensities) return refused(intensities.error());
  auto live = live_intensities(flags.live);
  if (!live) return refused(live.error());
  intensities->set_live(std::move(*live));
  if (app.count("--list-regions") > 0) return listed(intensities->table(), flags.list_regions);
  const auto policies = read_policies(flags.policies);
  if (!policies) return refused(policies.error());
  auto webhooks = checked_webhooks(flags.alert_webhooks, flags.alert_webhook_headers);
  if (!webhooks) return refused(webhooks.error());
  Settings settings = settings_from(flags, std::move(*intensities));
  settings.webhooks = std::move(*webhooks);
  settings.defaults.policies = *policies;
  settings.live_refresh = std::chrono::seconds{flags.live_refresh_s};
  if (!flags.tokens.empty()) {
    auto tokens = access::read_tokens(flags.tokens);
    if (!tokens) return refused(tokens.error());
    settings.tokens = std::move(*tokens);
  }
  if (!split_address(flags.listen, settings)) {
    return refused("--listen " + flags.listen + " is not ADDRESS:PORT, for example 127.0.0.1:3000");
  }
  const auto exposed = apply(flags.network, settings);
  if (!exposed.empty()) return refused(exposed);
  settings.in_force = in_force(app, argc, argv);
  if (!flags.check_config) return settings;
  if (const auto checked = store::check_address(settings.database); !checked) {
    return refused(checked.error().message);
  }
  if (!settings.tls.certificate.empty()) {
    const auto unusable = net::TlsIdentity(settings.tls).load();
    if (!unusable.empty()) return refused(unusable);
  }
  return Exit{0, settings_text(settings.in_force)};
}

}  // namespace fedwatt::hub
