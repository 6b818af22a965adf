#include "fedwatt/hub/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fedwatt/protocol/policy_text.h"

namespace fedwatt::hub {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::variant<Settings, Exit> read(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "fedwatt-hub");
  return read_settings(static_cast<int>(arguments.size()), arguments.data());
}

Settings settings(const std::vector<const char*>& arguments) {
  const auto result = read(arguments);
  if (const auto* exit = std::get_if<Exit>(&result)) throw std::runtime_error(exit->text);
  return std::get<Settings>(result);
}

std::string refusal(const std::vector<const char*>& arguments) {
  const auto result = read(arguments);
  const auto* exit = std::get_if<Exit>(&result);
  if (!exit) return "accepted";
  EXPECT_NE(exit->status, 0);
  return exit->text;
}

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("fedwatt-settings-" + std::to_string(::getpid()) + "-" + std::to_string(++made_))) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::filesystem::remove(path_); }
  const char* path() const { return path_.c_str(); }
  // "REGION=" and the path.
  std::string of(const std::string& region) const { return region + "=" + path_.string(); }

 private:
  static inline int made_ = 0;
  std::filesystem::path path_;
};

constexpr char kTableHeader[] = "code,name,also,g_per_kwh,year,source\n";
constexpr char kSeriesHeader[] = "timestamp,g_per_kwh\n";

carbon::Intensity at_noon(const Settings& settings, std::string_view region) {
  const auto noon = protocol::parse_timestamp("2026-01-01T12:00:00Z").value();
  const auto& known = settings.defaults.intensities;
  return known.over(known.place_of(region), {noon, noon});
}

TEST(Settings, HaveDefaults) {
  const auto defaults = settings({});
  EXPECT_EQ(defaults.listen_address, "127.0.0.1");
  EXPECT_EQ(defaults.listen_port, 3000);
  EXPECT_EQ(defaults.database, "sqlite:fedwatt.sqlite");
  EXPECT_EQ(defaults.defaults.rules.deadline_ms, 120'000);
  EXPECT_DOUBLE_EQ(defaults.defaults.carbon.network_kwh_per_gb, 0.01);
}

TEST(Settings, TheCommandLineOutranksTheEnvironmentWhichOutranksTheFile) {
  const ConfigFile file("round-deadline=1\nworker-grace=1\npue=1.5\n");
  setenv("FEDWATT_ROUND_DEADLINE", "2", 1);
  setenv("FEDWATT_WORKER_GRACE", "2", 1);
  const auto read = settings({"--config", file.path(), "--round-deadline", "3"});
  unsetenv("FEDWATT_ROUND_DEADLINE");
  unsetenv("FEDWATT_WORKER_GRACE");
  EXPECT_EQ(read.defaults.rules.deadline_ms, 3'000);
  EXPECT_EQ(read.defaults.rules.grace_ms, 2'000);
  EXPECT_DOUBLE_EQ(read.defaults.carbon.default_pue, 1.5);
}

TEST(Settings, KnowAddresses) {
  EXPECT_EQ(settings({"--listen", "[::1]:0"}).listen_address, "::1");
  EXPECT_EQ(settings({"--listen", "0.0.0.0:80", "--insecure"}).listen_port, 80);
  for (const char* bad :
       {"3000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":1", "[]:1"}) {
    EXPECT_THAT(refusal({"--listen", bad}), HasSubstr("ADDRESS:PORT")) << bad;
  }
}

TEST(Settings, WithoutTokensTheHubIsForThisMachineOnly) {
  for (const char* near : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"}) {
    const auto local = settings({"--listen", near});
    EXPECT_EQ(local.exposure, Exposure::kLocal) << near;
    EXPECT_TRUE(local.door.by_address_only) << near;
  }
  for (const char* far : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[::ffff:192.0.2.1]:1"}) {
    EXPECT_THAT(refusal({"--listen", far}), AllOf(HasSubstr("--tokens"), HasSubstr("--insecure")))
        << far;
    EXPECT_EQ(settings({"--listen", far, "--insecure"}).exposure, Exposure::kInsecure) << far;
  }
}

TEST(Settings, OfTheNetworkAreCheckedAtTheStart) {
  const auto read = settings({"--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "::1",
                              "--allow-origin", "https://a.example", "--tls-certificate", "c",
                              "--tls-key", "k", "--tls-client-ca", "ca"});
  EXPECT_THAT(read.door.trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(read.door.allowed_origins, ElementsAre("https://a.example"));
  EXPECT_EQ(read.tls.certificate + read.tls.key + read.tls.client_ca, "ckca");
  EXPECT_THAT(refusal({"--tls-certificate", "c"}), HasSubstr("--tls-key"));
  EXPECT_THAT(refusal({"--tls-client-ca", "c"}), HasSubstr("--tls-certificate"));
  for (const char* bad :
       {"10.0.0.0/33", "10.0.0/8", "proxy", "10.0.0.0/", "::1/129", "1.2.3.4/-1"}) {
    EXPECT_THAT(refusal({"--trusted-proxy", bad}), HasSubstr(bad)) << bad;
  }
  for (const char* bad : {"a.example", "https://", "https://a.example/page", "null", "*"}) {
    EXPECT_THAT(refusal({"--allow-origin", bad}), HasSubstr(bad)) << bad;
  }
}

TEST(Settings, MistakesAreNamed) {
  EXPECT_THAT(refusal({"--listne", "x"}), HasSubstr("listne"));
  EXPECT_THAT(refusal({"--round-quorum", "3"}), HasSubstr("round-quorum"));
  EXPECT_THAT(refusal({"--round-deadline", "nan"}), HasSubstr("round-deadline"));
  EXPECT_THAT(refusal({"--config", "/nonexistent.ini"}), HasSubstr("/nonexistent.ini"));
  const ConfigFile typo("round-deadlin=1\n");
  EXPECT_THAT(refusal({"--config", typo.path()}), HasSubstr("round-deadlin"));
  const ConfigFile wrong("round-deadline=soon\n");
  EXPECT_THAT(refusal({"--config", wrong.path()}), HasSubstr("round-deadline"));
}

TEST(Settings, AFilesEmptyListIsAMistake) {
  for (const auto* text : {"listen=[]\n", "listen=[:\n", "alert-webhook=[]\n"}) {
    const ConfigFile file(text);
    EXPECT_THAT(refusal({"--config", file.path()}), HasSubstr(" is an empty list")) << text;
  }
}

TEST(Settings, AMistakeInAFileIsToldInOneLineWhateverItsBytes) {
  const ConfigFile file("round-\x1b[2Jquorum=0.5\n");
  const auto why = refusal({"--config", file.path()});
  EXPECT_THAT(why, AllOf(HasSubstr("round-?[2Jquorum"), EndsWith(")\n")));
  EXPECT_THAT(why, Not(HasSubstr("\x1b")));
}

TEST(Settings, TheTableOfIntensitiesIsTheOneCompiledIn) {
  const auto defaults = settings({});
  EXPECT_EQ(at_noon(defaults, "FR").source, "table:FR");
  EXPECT_DOUBLE_EQ(defaults.defaults.carbon.network_intensity_g_per_kwh, 475);
}

TEST(Settings, ATableOfOnesOwnReplacesIt) {
  const ConfigFile table(std::string(kTableHeader) +
                         "world,World average,,480,2024,ours\nFR,France,,56.039,2025,ours\n");
  const auto read = settings({"--intensity-table", table.path()});
  EXPECT_DOUBLE_EQ(at_noon(read, "FR").g_per_kwh, 56.039);
  EXPECT_EQ(at_noon(read, "DE").source, "world");
  EXPECT_DOUBLE_EQ(at_noon(read, "DE").g_per_kwh, 480);
  EXPECT_DOUBLE_EQ(read.defaults.carbon.network_intensity_g_per_kwh, 480);
  const auto own = settings({"--intensity-table", table.path(), "--network-intensity", "100"});
  EXPECT_DOUBLE_EQ(own.defaults.carbon.network_intensity_g_per_kwh, 100);
}

TEST(Settings, ASeriesForEachRegion) {
  const ConfigFile first(std::string(kSeriesHeader) + "2026-01-01T00:00:00Z,20\n");
  const ConfigFile second(std::string(kSeriesHeader) + "2026-01-01T00:00:00Z,30\n");
  const auto france = first.of("FR");
  const auto germany = second.of("Germany");
  const auto both =
      settings({"--intensity-series", france.c_str(), "--intensity-series", germany.c_str()});
  EXPECT_DOUBLE_EQ(at_noon(both, "FR").g_per_kwh, 20);
  EXPECT_DOUBLE_EQ(at_noon(both, "DE").g_per_kwh, 30);
  EXPECT_EQ(at_noon(both, "DE").source, "series:DE");

  setenv("FEDWATT_INTENSITY_SERIES", (france + "," + germany).c_str(), 1);
  const auto from_environment = settings({});
  const auto later = second.of("FRA");
  const auto replaced = settings({"--intensity-series", later.c_str()});
  unsetenv("FEDWATT_INTENSITY_SERIES");
  EXPECT_DOUBLE_EQ(at_noon(from_environment, "FR").g_per_kwh, 20);
  EXPECT_DOUBLE_EQ(at_noon(from_environment, "DE").g_per_kwh, 30);
  EXPECT_DOUBLE_EQ(at_noon(replaced, "FR").g_per_kwh, 30) << "the command line outranks it";

  const ConfigFile file("intensity-series=[\"" + france + "\",\"" + germany + "\"]\n");
  const auto from_file = settings({"--config", file.path()});
  EXPECT_DOUBLE_EQ(at_noon(from_file, "FR").g_per_kwh, 20);
  EXPECT_DOUBLE_EQ(at_noon(from_file, "DE").g_per_kwh, 30);
}

TEST(Settings, BadIntensitiesAreNamedWithFileAndLine) {
  EXPECT_THAT(refusal({"--intensity-table", "/nonexistent.csv"}),
              AllOf(HasSubstr("--intensity-table"), HasSubstr("/nonexistent.csv cannot be read")));
  EXPECT_THAT(refusal({"--intensity-table", "/"}), HasSubstr("/ cannot be read"));
  EXPECT_THAT(refusal({"--intensity-series", "FR=/"}), HasSubstr("/ cannot be read"));
  for (const char* bad : {"FR", "=x.csv", "FR=", "="}) {
    EXPECT_THAT(refusal({"--intensity-series", bad}), HasSubstr("is not REGION=FILE")) << bad;
  }
  const ConfigFile empty("");
  EXPECT_THAT(refusal({"--intensity-table", empty.path()}), HasSubstr("no row `world`"));
  const ConfigFile kilograms(std::string(kTableHeader) + "world,World average,,0.475,2018,x\n");
  EXPECT_THAT(refusal({"--intensity-table", kilograms.path()}),
              AllOf(HasSubstr(kilograms.path()), HasSubstr("line 2: g_per_kwh '0.475'")));
  const ConfigFile backwards(std::string(kSeriesHeader) +
                             "2026-01-01T01:00:00Z,20\n2026-01-01T00:00:00Z,20\n");
  EXPECT_THAT(refusal({"--intensity-series", backwards.of("FR").c_str()}),
              AllOf(HasSubstr(backwards.path()), HasSubstr("line 3: not later")));
}

TEST(Settings, PoliciesFromTheCommandLineTheEnvironmentAndAFile) {
  EXPECT_EQ(settings({}).defaults.policies, protocol::Policies{});
  const auto two = settings({"--policy", "budget:limit_g=500,act=stop", "--policy", "confirm"});
  EXPECT_EQ(protocol::policy_text(two.defaults.policies), "budget:limit_g=500,act=stop confirm");

  // As words by themselves, and two in one text.
  setenv("FEDWATT_POLICY", "budget limit_g=500 act=stop target value=0.9", 1);
  const auto from_environment = settings({});
  const auto replaced = settings({"--policy", "budget:limit_j=7"});
  unsetenv("FEDWATT_POLICY");
  EXPECT_EQ(protocol::policy_text(from_environment.defaults.policies),
            "budget:limit_g=500,act=stop target:value=0.9");
  EXPECT_EQ(protocol::policy_text(replaced.defaults.policies), "budget:limit_j=7 target:value=0.9")
      << "the command line outranks the environment, kind by kind";

  const ConfigFile file("policy=budget:limit_g=500,act=stop\npolicy=\"target value=0.9\"\n");
  EXPECT_EQ(protocol::policy_text(settings({"--config", file.path()}).defaults.policies),
            "budget:limit_g=500,act=stop target:value=0.9");
}

TEST(Settings, AWrongPolicyIsNamed) {
  EXPECT_THAT(refusal({"--policy", "budget:limt_g=500"}),
              AllOf(StartsWith("fedwatt-hub: --policy: budget.limt_g is not known here"),
                    HasSubstr("limit_g, limit_j")));
  EXPECT_THAT(refusal({"--policy", "budgt"}), HasSubstr("'budgt' is no kind of policy"));
  EXPECT_THAT(refusal({"--policy", ""}), HasSubstr("no policy is given"));
  const ConfigFile file("policy=budget:limit_g=-1\n");
  EXPECT_THAT(refusal({"--config", file.path()}), HasSubstr("budget.limit_g -1 is outside"));
}

TEST(Settings, WebhooksFromTheCommandLineTheEnvironmentAndAFile) {
  const auto given = settings({"--alert-webhook", "https://a.example/x,y", "--alert-webhook",
                               "http://b.example", "--alert-webhook-header", "X-Key: a, b"});
  EXPECT_THAT(given.webhooks.urls, ElementsAre("https://a.example/x,y", "http://b.example"));
  EXPECT_THAT(given.webhooks.headers, ElementsAre("X-Key: a, b"));

  setenv("FEDWATT_ALERT_WEBHOOK", "https://a.example http://b.example", 1);
  setenv("FEDWATT_ALERT_WEBHOOK_HEADER", "Authorization: Bearer s3cret", 1);
  const auto from_environment = settings({});
  unsetenv("FEDWATT_ALERT_WEBHOOK");
  unsetenv("FEDWATT_ALERT_WEBHOOK_HEADER");
  EXPECT_THAT(from_environment.webhooks.urls, ElementsAre("https://a.example", "http://b.example"));
  EXPECT_THAT(from_environment.webhooks.headers, ElementsAre("Authorization: Bearer s3cret"));

  const ConfigFile file(
      "alert-webhook=[\"https://a.example\", \"http://b.example\"]\n"
      "alert-webhook-header=\"Authorization: Bearer s3cret\"\nworker-stale=60\n");
  const auto from_file = settings({"--config", file.path()});
  EXPECT_THAT(from_file.webhooks.urls, ElementsAre("https://a.example", "http://b.example"));
  EXPECT_THAT(from_file.webhooks.headers, ElementsAre("Authorization: Bearer s3cret"));
  EXPECT_EQ(from_file.defaults.rules.stale_ms, 60'000);

  const auto refused = refusal({"--alert-webhook", "s3cret.example"});
  EXPECT_THAT(refused, AllOf(HasSubstr("--alert-webhook"), Not(HasSubstr("s3cret"))));
  EXPECT_EQ(settings({}).defaults.rules.stale_ms, 120'000);
}

TEST(Settings, RegionsAreListedInsteadOfStarting) {
  const auto list = [](const std::vector<const char*>& arguments) {
    const auto result = read(arguments);
    return std::holds_alternative<Exit>(result) ? std::get<Exit>(result) : Exit{-1, "started"};
  };
  const auto all = list({"--list-regions"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.text, AllOf(HasSubstr("\nUS-CA "), HasSubstr("205.3 g/kWh  2016  codecarbon")));
  const auto some = list({"--list-regions", "EU-WEST-3"});
  EXPECT_EQ(some.status, 0);
  EXPECT_THAT(some.text, AllOf(StartsWith("FR "), HasSubstr("44.2 g/kWh  2024  Ember"),
                               HasSubstr("aws:eu-west-3")));
  EXPECT_EQ(std::count(some.text.begin(), some.text.end(), '\n'), 1);
  const auto none = list({"--list-regions", "Atlantis"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.text, HasSubstr("Atlantis"));

  const ConfigFile own(std::string(kTableHeader) + "world,World average,,480.25,2024,ours\n");
  EXPECT_EQ(list({"--list-regions", "--intensity-table", own.path()}).text,
            "world    World average                     480.25 g/kWh  2024  ours\n");
}

TEST(Settings, HelpAndVersionAreNoErrors) {
  const auto help = read({"--help"});
  ASSERT_TRUE(std::holds_alternative<Exit>(help));
  EXPECT_EQ(std::get<Exit>(help).status, 0);
  EXPECT_THAT(std::get<Exit>(help).text, HasSubstr("FEDWATT_LISTEN"));
  EXPECT_THAT(std::get<Exit>(read({"--version"})).text, HasSubstr("0.1.0"));
}

TEST(Settings, TheDatabasesPasswordIsReadFromAFile) {
  const ConfigFile file("p@ss/w%rd 1\r\nnot this\n");
  EXPECT_EQ(settings({"--database", "postgresql://fedwatt@db/fedwatt", "--database-password-file",
                      file.path()})
                .database,
            "postgresql://fedwatt@db/fedwatt?password=p%40ss%2Fw%25rd%201");
  EXPECT_EQ(
      settings({"--database", "postgres://db?user=ada", "--database-password-file", file.path()})
          .database,
      "postgres://db?user=ada&password=p%40ss%2Fw%25rd%201");
}

TEST(Settings, APasswordFileThatIsOfNoUseIsRefused) {
  const ConfigFile file("secret\n");
  EXPECT_THAT(
      refusal({"--database-password-file", file.path()}),
      AllOf(HasSubstr("--database-password-file: a password is for"), Not(HasSubstr("secret"))));
  const ConfigFile empty("\nsecret\n");
  const auto with = [](const char* path) {
    return refusal({"--database", "postgresql://db/fedwatt", "--database-password-file", path});
  };
  EXPECT_THAT(with(empty.path()), HasSubstr("has no password in its first line"));
  EXPECT_THAT(with("/nonexistent/password"), HasSubstr("/nonexistent/password cannot be read"));
  EXPECT_THAT(with("/"), HasSubstr("/ cannot be read"));
}

}  // namespace
}  // namespace fedwatt::hub
