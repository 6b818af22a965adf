#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fedwatt/hub/intensity_settings.h"
#include "fedwatt/hub/settings.h"

namespace fedwatt::hub {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LiveSettingsTest : public testing::Test {
 protected:
  ~LiveSettingsTest() override { std::filesystem::remove(path_); }

  std::string file_of(const std::string& text) const {
    std::ofstream(path_) << text;
    return path_.string();
  }
  static std::variant<Settings, Exit> read(std::vector<std::string> words) {
    words.insert(words.begin(), "fedwatt-hub");
    std::vector<const char*> arguments;
    for (const auto& word : words) arguments.push_back(word.c_str());
    return read_settings(static_cast<int>(arguments.size()), arguments.data());
  }
  // Who is asked about a region; "" if nobody is.
  static std::string asked_about(std::string_view region, const std::vector<std::string>& words) {
    const auto settings = read(words);
    if (const auto* exit = std::get_if<Exit>(&settings)) return exit->text;
    const auto place = std::get<Settings>(settings).defaults.intensities.place_of(region);
    return place.live_source() ? place.live_source()->name() : "";
  }
  static std::string refusal(const std::vector<std::string>& words) {
    const auto settings = read(words);
    const auto* exit = std::get_if<Exit>(&settings);
    return exit && exit->status == 2 ? exit->text : "accepted";
  }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("fedwatt-live-settings-" + std::to_string(::getpid()));
};

TEST_F(LiveSettingsTest, NobodyIsAskedUnlessTold) {
  EXPECT_EQ(live_intensities({}).value(), nullptr);
  EXPECT_EQ(asked_about("FR", {}), "");
  EXPECT_EQ(asked_about("GB", {}), "");
}

TEST_F(LiveSettingsTest, ATokenInWordsAFileTheEnvironmentOrTheConfiguration) {
  EXPECT_EQ(asked_about("FR", {"--electricity-maps-token", "abc"}), "electricity_maps:FR");
  EXPECT_EQ(asked_about("FR", {"--electricity-maps-token-file", file_of("abc\r\n# mine\n")}),
            "electricity_maps:FR");
  setenv("FEDWATT_ELECTRICITY_MAPS_TOKEN", "abc", 1);
  EXPECT_EQ(asked_about("FR", {}), "electricity_maps:FR");
  const auto help = std::get<Exit>(read({"--help"})).text;
  EXPECT_THAT(help, AllOf(HasSubstr("--electricity-maps-token "), Not(HasSubstr("abc"))));
  unsetenv("FEDWATT_ELECTRICITY_MAPS_TOKEN");
  const auto file = file_of("electricity-maps-token=abc\nuk-carbon-intensity=true\n");
  EXPECT_EQ(asked_about("FR", {"--config", file}), "electricity_maps:FR");
  EXPECT_EQ(asked_about("GB", {"--config", file}), "uk_carbon_intensity:GB");
}

TEST_F(LiveSettingsTest, TheCarbonIntensityApiIsAFlag) {
  EXPECT_EQ(asked_about("GB", {"--uk-carbon-intensity"}), "uk_carbon_intensity:GB");
  EXPECT_EQ(asked_about("FR", {"--uk-carbon-intensity"}), "");
  setenv("FEDWATT_UK_CARBON_INTENSITY", "true", 1);
  EXPECT_EQ(asked_about("GB", {}), "uk_carbon_intensity:GB");
  EXPECT_EQ(asked_about("GB", {"--uk-carbon-intensity=false"}), "");
  unsetenv("FEDWATT_UK_CARBON_INTENSITY");
}

TEST_F(LiveSettingsTest, MistakesAreNamedWithoutTheToken) {
  for (const char* token : {"the token", "the-token\n", "the-tok\xc3\xa9n"}) {
    EXPECT_THAT(refusal({"--electricity-maps-token", token}),
                AllOf(HasSubstr("Electricity Maps token is not one word"), Not(HasSubstr("the-"))));
  }
  EXPECT_THAT(refusal({"--electricity-maps-token", "the-token", "--electricity-maps-token-file",
                       file_of("the-token")}),
              AllOf(HasSubstr("are both given"), Not(HasSubstr("the-token"))));
  EXPECT_THAT(refusal({"--electricity-maps-token-file", file_of("\nthe-token\n")}),
              AllOf(HasSubstr("no token in its first line"), Not(HasSubstr("the-token"))));
  EXPECT_THAT(refusal({"--electricity-maps-token-file", "/nonexistent"}),
              HasSubstr("/nonexistent cannot be read"));
}

TEST_F(LiveSettingsTest, AddressesAndTimesAreChecked) {
  for (const char* url :
       {"", "api.example.org", "file:///etc/passwd", "https://a b", "http://a?b"}) {
    EXPECT_THAT(refusal({"--uk-carbon-intensity", "--uk-carbon-intensity-url", url}),
                HasSubstr("--uk-carbon-intensity-url"))
        << url;
    EXPECT_THAT(
        refusal({"--electricity-maps-token", "abc", std::string("--electricity-maps-url=") + url}),
        HasSubstr("--electricity-maps-url"))
        << url;
  }
  for (const char* seconds : {"59", "3601", "soon", "nan"}) {
    EXPECT_THAT(refusal({"--live-intensity-refresh", seconds}),
                HasSubstr("live-intensity-refresh"));
  }
  EXPECT_EQ(std::get<Settings>(read({})).live_refresh, std::chrono::minutes{5});
}

}  // namespace
}  // namespace fedwatt::hub
