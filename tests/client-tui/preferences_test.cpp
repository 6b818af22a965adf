#include "app/preferences.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/preferences_file.h"
#include "input/choices.h"

namespace fedwatt::viewer {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Preferences kUnusual{ThemeName::kLight, XAxis::kTime, YAxis::kLoss, RunsOrder::kGain, true};

TEST(Preferences, WhatIsWrittenIsReadBack) {
  for (const Preferences& preferences : {Preferences{}, kUnusual}) {
    const ReadPreferences read = parse_preferences(format_preferences(preferences));
    EXPECT_EQ(read.preferences, preferences);
    EXPECT_THAT(read.complaints, IsEmpty());
  }
  for (const auto& [word, order] : kOrders) {
    Preferences preferences;
    preferences.order = order;
    EXPECT_EQ(parse_preferences(format_preferences(preferences)).preferences, preferences) << word;
  }
}

TEST(Preferences, CommentsSpacesAndForeignLineEndsAreFine) {
  const ReadPreferences read =
      parse_preferences("\r\n# mine\r\n\ttheme=dark # at night\r\n  order = age\r\nx-axis=round");
  EXPECT_EQ(read.preferences.theme, ThemeName::kDark);
  EXPECT_EQ(read.preferences.order, RunsOrder::kAge);
  EXPECT_EQ(read.preferences.x_axis, XAxis::kRound);
  EXPECT_THAT(read.complaints, IsEmpty());
}

TEST(Preferences, WhatMakesNoSenseIsNamedByLineAndIgnored) {
  const ReadPreferences read =
      parse_preferences("order = fast\nfont = 12\nreversed = yes\nhello\nreversed = maybe\n");
  EXPECT_TRUE(read.preferences.reversed);
  EXPECT_EQ(read.preferences.order, RunsOrder::kState);
  EXPECT_THAT(read.complaints,
              ElementsAre("line 1: \"fast\" is not one of state, name, target, gain, workers, "
                          "power, carbon, age",
                          "line 2: \"font\" is not known here",
                          "line 4: \"hello\" is no line of \"key = value\"",
                          "line 5: \"maybe\" is not one of yes, no"));
}

TEST(Preferences, ComplaintsAreFewShortAndHarmless) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\x1b]0;" + std::string(500, 'x') + "\n";
  const ReadPreferences read = parse_preferences(text);
  EXPECT_EQ(read.complaints.size(), 5U);
  EXPECT_LT(read.complaints[0].size(), 100U);
  EXPECT_THAT(read.complaints[0], testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(parse_preferences(std::string("theme = dark\n\0", 14)).complaints,
              ElementsAre("is not a text"));
}

TEST(Preferences, OfTheScreenAndBack) {
  UiState ui;
  apply(kUnusual, ui);
  EXPECT_EQ(preferences_of(ui, ThemeName::kLight), kUnusual);
  EXPECT_EQ(preferences_of(UiState{}, std::nullopt), Preferences{});
}

TEST(Preferences, Place) {
  EXPECT_EQ(preferences_path("/x", "/home/a"), "/x/fedwatt/viewer.conf");
  EXPECT_EQ(preferences_path("", "/home/a"), "/home/a/.config/fedwatt/viewer.conf");
  EXPECT_EQ(preferences_path("relative", "/home/a"), "/home/a/.config/fedwatt/viewer.conf");
  EXPECT_EQ(preferences_path("", ""), "");
}

class PreferencesFile : public testing::Test {
 protected:
  PreferencesFile() {
    std::string name = fs::temp_directory_path() / "fedwatt-preferences-XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "config" / "fedwatt" / "viewer.conf";
  }
  ~PreferencesFile() override { fs::remove_all(folder_); }

  void write_text(const std::string& text) const {
    fs::create_directories(path_.parent_path());
    std::ofstream(path_, std::ios::binary) << text;
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(PreferencesFile, IsMadeWithItsFoldersAndReadBack) {
  EXPECT_EQ(read_preferences(path_).preferences, Preferences{});
  EXPECT_TRUE(write_preferences(path_, kUnusual));
  EXPECT_EQ(read_preferences(path_).preferences, kUnusual);
  EXPECT_TRUE(write_preferences(path_, Preferences{}));
  EXPECT_EQ(read_preferences(path_).preferences, Preferences{});
  for (const auto& folder : {path_.parent_path(), path_.parent_path().parent_path()}) {
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all) << folder;
  }
  const auto beside = fs::directory_iterator(path_.parent_path());
  EXPECT_EQ(std::distance(begin(beside), end(beside)), 1) << "nothing else is left";
}

TEST_F(PreferencesFile, ALinkStaysOne) {
  write_text("");
  const fs::path link = folder_ / "link.conf";
  fs::create_symlink(path_, link);
  EXPECT_TRUE(write_preferences(link, kUnusual));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_preferences(path_).preferences, kUnusual);
}

TEST_F(PreferencesFile, WhatIsNoSuchFileIsIgnored) {
  write_text("theme = dark\n" + std::string(65 * 1024, '#'));
  EXPECT_EQ(read_preferences(path_).preferences, Preferences{});
  EXPECT_THAT(read_preferences(path_).complaints, ElementsAre(HasSubstr("too large")));
  EXPECT_THAT(read_preferences(folder_).complaints, ElementsAre(HasSubstr("not a file")));
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), S_IRWXU), 0);
  EXPECT_THAT(read_preferences(pipe).complaints, ElementsAre(HasSubstr("not a file")));
  EXPECT_THAT(read_preferences("").complaints, IsEmpty());
}

TEST_F(PreferencesFile, APlaceThatCannotBeWrittenIsSaid) {
  std::ofstream(folder_ / "config") << "in the way";
  const auto written = write_preferences(path_, kUnusual);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("preferences are not kept"));
  EXPECT_TRUE(write_preferences("", kUnusual));  // no place is no problem
}

}  // namespace
}  // namespace fedwatt::viewer
