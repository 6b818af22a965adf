#include "fedwatt/access/token_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "fedwatt/access/secret.h"
#include "fedwatt/access/tokens_file.h"

namespace fedwatt::access {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenCommandTest : public testing::Test {
 protected:
  TokenCommandTest() {
    std::string folder = testing::TempDir() + "/token-XXXXXX";
    path = std::filesystem::path(mkdtemp(folder.data())) / "tokens.json";
  }
  ~TokenCommandTest() override { std::filesystem::remove_all(path.parent_path()); }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, {"--tokens", path.string()});
    out.str("");
    err.str("");
    return token_command(arguments, now, out, err);
  }
  Token token(const std::string& name) { return read_tokens(path).value().at(name); }

  std::filesystem::path path;
  Timestamp now = *protocol::parse_timestamp("2026-01-01T00:00:00Z");
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(TokenCommandTest, AddsATokenAndShowsItOnce) {
  ASSERT_EQ(run({"add", "hospital-3", "--role", "worker", "--runs", "digits"}), 0) << err.str();
  auto text = out.str();
  ASSERT_EQ(text.back(), '\n');
  text.pop_back();
  const auto parts = parse_token_text(text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->name, "hospital-3");
  EXPECT_EQ(token("hospital-3").digest, digest_of(parts->secret));
  EXPECT_EQ(token("hospital-3").workers.all(), std::vector<std::string>{"hospital-3"});
  EXPECT_FALSE(token("hospital-3").coordinates);
  EXPECT_THAT(err.str(), HasSubstr("FEDWATT_TOKEN"));
  EXPECT_THAT(err.str(), Not(HasSubstr(std::string(parts->secret))));

  ASSERT_EQ(run({"list"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("hospital-3  worker  valid  never    digits  hospital-3\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr(std::string(parts->secret))));
  EXPECT_THAT(out.str(), Not(HasSubstr(hex_of(digest_of(parts->secret)))));
}

TEST_F(TokenCommandTest, TakesScopesAndLimits) {
  ASSERT_EQ(run({"add", "site-a", "--role", "worker", "--runs", "mnist-*", "digits", "--worker",
                 "a-*", "--coordinator", "--expires", "90d", "--reports-per-second", "50",
                 "--connections", "7"}),
            0)
      << err.str();
  const auto made = token("site-a");
  EXPECT_EQ(made.runs.in_words(), "mnist-*, digits");
  EXPECT_EQ(made.workers.in_words(), "a-*");
  EXPECT_TRUE(made.coordinates);
  EXPECT_EQ(made.expires_at, now + std::chrono::days{90});
  EXPECT_EQ(made.limits.reports_per_s, 50);
  EXPECT_EQ(made.limits.connections, 7);
  ASSERT_EQ(run({"add", "b", "--role", "viewer", "--runs", "*", "--expires", "2027-01-31"}), 0);
  EXPECT_EQ(token("b").expires_at, protocol::parse_timestamp("2027-01-31T00:00:00Z"));
}

TEST_F(TokenCommandTest, RevokesByName) {
  ASSERT_EQ(run({"add", "ada", "--role", "admin"}), 0);
  EXPECT_EQ(run({"add", "ada", "--role", "viewer", "--runs", "*"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("there is a token ada already"));
  ASSERT_EQ(run({"revoke", "ada"}), 0);
  EXPECT_EQ(token("ada").revoked_at, now);
  ASSERT_EQ(run({"list"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("revoked"));
  EXPECT_EQ(run({"revoke", "bob"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("no token is called bob"));
  // The name is free again, for another token.
  const auto before = token("ada").digest;
  ASSERT_EQ(run({"add", "ada", "--role", "viewer", "--runs", "*"}), 0);
  EXPECT_NE(token("ada").digest, before);
}

TEST_F(TokenCommandTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(run({"add", "a", "--role", "root", "--runs", "*"}), 2);
  EXPECT_EQ(run({"add", "a", "--role", "viewer"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("--runs is missing"));
  EXPECT_EQ(run({"add", "a b", "--role", "viewer", "--runs", "*"}), 1);
  EXPECT_EQ(run({"add", "a", "--role", "viewer", "--runs", "*", "--worker", "x"}), 1);
  EXPECT_EQ(run({"add", "a", "--role", "admin", "--runs", "digits"}), 1);
  for (const auto* expires : {"soon", "0d", "-1d", "2025-12-31", "99999999d"}) {
    EXPECT_EQ(run({"add", "a", "--role", "admin", std::string("--expires=") + expires}), 1)
        << expires;
  }
  EXPECT_EQ(run({"add", "a", "--role", "admin", "--connections", "0"}), 1);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(TokenCommandTest, Teaches) {
  EXPECT_EQ(token_command({"--help"}, now, out, err), 0);
  EXPECT_THAT(out.str(), HasSubstr("fedwatt-hub token add hospital-3 --role worker"));
  EXPECT_EQ(token_command({}, now, out, err), 2);
}

}  // namespace
}  // namespace fedwatt::access
