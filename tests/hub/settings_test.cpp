#include "fedwatt/hub/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fedwatt::hub {
namespace {

using testing::HasSubstr;

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
              ("fedwatt-settings-" + std::to_string(::getpid()) + ".ini")) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::filesystem::remove(path_); }
  const char* path() const { return path_.c_str(); }

 private:
  std::filesystem::path path_;
};

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
  EXPECT_EQ(settings({"--listen", "0.0.0.0:80"}).listen_port, 80);
  for (const char* bad :
       {"3000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":1", "[]:1"}) {
    EXPECT_THAT(refusal({"--listen", bad}), HasSubstr("ADDRESS:PORT")) << bad;
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

TEST(Settings, HelpAndVersionAreNoErrors) {
  const auto help = read({"--help"});
  ASSERT_TRUE(std::holds_alternative<Exit>(help));
  EXPECT_EQ(std::get<Exit>(help).status, 0);
  EXPECT_THAT(std::get<Exit>(help).text, HasSubstr("FEDWATT_LISTEN"));
  EXPECT_THAT(std::get<Exit>(read({"--version"})).text, HasSubstr("0.1.0"));
}

}  // namespace
}  // namespace fedwatt::hub
