#include "token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fedwatt::viewer {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenFileTest : public testing::Test {
 protected:
  TokenFileTest() {
    std::string folder = testing::TempDir() + "/token-XXXXXX";
    path = std::filesystem::path(mkdtemp(folder.data())) / "token";
    line.token_file = path.string();
    line.hub.token = "of-the-environment";
  }
  ~TokenFileTest() override { std::filesystem::remove_all(path.parent_path()); }

  std::string read(const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    return read_token(line);
  }

  std::filesystem::path path;
  CommandLine line;
};

TEST_F(TokenFileTest, TheFirstLineOutranksTheEnvironment) {
  EXPECT_EQ(read("fw_ada_1 \r\nmore\n"), "");
  EXPECT_EQ(line.hub.token, "fw_ada_1");
  EXPECT_EQ(read("fw_ada_2"), "");
  EXPECT_EQ(line.hub.token, "fw_ada_2");
}

TEST_F(TokenFileTest, WithoutAFileTheEnvironmentCounts) {
  line.token_file.clear();
  EXPECT_EQ(read_token(line), "");
  EXPECT_EQ(line.hub.token, "of-the-environment");
  line.hub.token.clear();
  EXPECT_EQ(read_token(line), "");
}

TEST_F(TokenFileTest, SaysWhatIsWrongAndNotWhatIsInIt) {
  EXPECT_THAT(read_token(line), HasSubstr("cannot be read from " + path.string()));
  EXPECT_THAT(read("\nfw_ada_1\n"), HasSubstr("is empty"));
  EXPECT_THAT(read("hidden token\n"), HasSubstr("cannot be used"));
  EXPECT_THAT(read("hidden token\n"), Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace fedwatt::viewer
