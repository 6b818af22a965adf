#include "fedwatt/access/tokens_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "fedwatt/access/secret.h"

namespace fedwatt::access {
namespace {

using testing::HasSubstr;

Token worker_token(const std::string& name) {
  Token token;
  token.name = name;
  token.role = Role::kWorker;
  token.runs = Patterns({"digits", "mnist-*"});
  token.workers = Patterns({name});
  token.digest = digest_of("secret of " + name);
  token.created_at = *protocol::parse_timestamp("2026-01-01T00:00:00Z");
  token.expires_at = *protocol::parse_timestamp("2027-01-01T00:00:00.5Z");
  token.limits.reports_per_s = 0.5;
  token.limits.connections = 3;
  return token;
}

class TokensFileTest : public testing::Test {
 protected:
  TokensFileTest() {
    std::string folder = testing::TempDir() + "/tokens-XXXXXX";
    path = std::filesystem::path(mkdtemp(folder.data())) / "tokens.json";
  }
  ~TokensFileTest() override { std::filesystem::remove_all(path.parent_path()); }

  void write(const std::string& text) {
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
  }
  auto add(const std::string& name) {
    return change_tokens(path, [&](Tokens& tokens) -> tl::expected<void, std::string> {
      tokens[name] = worker_token(name);
      return {};
    });
  }

  std::filesystem::path path;
};

TEST(TokensJsonTest, GoesThereAndBack) {
  const Tokens tokens = {{"a", worker_token("a")}, {"b", worker_token("b")}};
  EXPECT_EQ(parse_tokens(text_of(tokens)).value(), tokens);
}

TEST(TokensJsonTest, HoldsNoSecret) {
  EXPECT_THAT(text_of({{"a", worker_token("a")}}), Not(HasSubstr("secret")));
}

// What is wrong with a file whose one token has this in the place of that.
std::string problem_with(const std::string& what, const std::string& instead) {
  auto text = text_of({{"a", worker_token("a")}});
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  const auto parsed = parse_tokens(text.replace(at, what.size(), instead));
  return parsed ? "" : parsed.error();
}

TEST(TokensJsonTest, SaysWhatIsWrong) {
  EXPECT_EQ(parse_tokens("{").error(), "it is not JSON");
  EXPECT_THAT(parse_tokens("[]").error(), HasSubstr("is no object"));
  EXPECT_THAT(parse_tokens("{}").error(), HasSubstr("it is no {"));
  EXPECT_THAT(problem_with("\"fedwatt_tokens\": 1", "\"fedwatt_tokens\": 2"),
              HasSubstr("it is no"));
  EXPECT_THAT(problem_with("\"expires_at\"", "\"expires\""), HasSubstr("a field expires"));
  EXPECT_THAT(problem_with("2027-01-01", "2027-02-30"), HasSubstr("expires_at must be a time"));
  EXPECT_THAT(problem_with("\"worker\"", "\"root\""), HasSubstr("role must be"));
  EXPECT_THAT(problem_with("\"sha256\": \"", "\"sha256\": \"0"), HasSubstr("sha256 must be"));
  EXPECT_THAT(problem_with("\"name\": \"a\"", "\"name\": \"a b\""), HasSubstr("a token's name"));
  EXPECT_THAT(problem_with("\"digits\"", "7"), HasSubstr("runs must be an array of strings"));
  EXPECT_THAT(problem_with("\"digits\"", "\"\\u001b[2J\""), HasSubstr("runs must be names"));
  EXPECT_THAT(problem_with("\"reports_per_s\": 0.5", "\"reports_per_s\": -1"),
              HasSubstr("a limit is out of range"));
  EXPECT_THAT(problem_with("\"connections\": 3", "\"connections\": 1e300"),
              HasSubstr("connections must be a number"));
  EXPECT_THAT(problem_with("\"coordinator\": false", "\"coordinator\": 1"),
              HasSubstr("coordinator must be true or false"));
  const auto one = text_of({{"a", worker_token("a")}});
  const auto begin = one.find('{', 1);
  const auto token = one.substr(begin, one.rfind(']') - begin);
  EXPECT_EQ(parse_tokens(R"({"fedwatt_tokens":1,"tokens":[)" + token + "," + token + "]}").error(),
            "two tokens are called a");
}

TEST(TokensJsonTest, AnAdminIsForAllRuns) {
  Token token = worker_token("a");
  token.role = Role::kAdmin;
  EXPECT_EQ(problem_of(token), "an admin's runs are all: *");
  token.runs = Patterns({"*"});
  EXPECT_EQ(problem_of(token), "workers and coordinator are for tokens of workers");
  token.workers = {};
  EXPECT_EQ(problem_of(token), "");
}

TEST_F(TokensFileTest, IsMadeForItsOwnerAlone) {
  ASSERT_TRUE(add("a"));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(read_tokens(path)->count("a"), 1U);
}

TEST_F(TokensFileTest, IsRefusedWhenOthersMayWriteIt) {
  ASSERT_TRUE(add("a"));
  chmod(path.c_str(), 0620);
  EXPECT_THAT(read_tokens(path).error(), HasSubstr("chmod 600"));
  chmod(path.c_str(), 0644);  // digests are no secrets
  EXPECT_TRUE(read_tokens(path));
}

TEST_F(TokensFileTest, IsRefusedWhenItIsNoFile) {
  EXPECT_THAT(read_tokens(path).error(), HasSubstr("No such file"));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(read_tokens(path).error(), HasSubstr("is no file"));
}

TEST_F(TokensFileTest, KeepsWhatManyChangeAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] { EXPECT_TRUE(add("t" + std::to_string(i))); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read_tokens(path)->size(), 8U);
}

TEST_F(TokensFileTest, StaysAsItWasWhenAChangeFails) {
  ASSERT_TRUE(add("a"));
  const auto failed = change_tokens(path, [](Tokens& tokens) -> tl::expected<void, std::string> {
    tokens.clear();
    return tl::unexpected(std::string("no"));
  });
  EXPECT_EQ(failed.error(), "no");
  EXPECT_EQ(read_tokens(path)->size(), 1U);
  write("{");
  EXPECT_THAT(add("b").error(), HasSubstr("cannot be used: it is not JSON"));
}

TEST_F(TokensFileTest, IsReadAgainWhenItHasChanged) {
  ASSERT_TRUE(add("a"));
  WatchedTokens watched(path);
  EXPECT_EQ(watched.look().value()->size(), 1U);
  EXPECT_EQ(watched.look().value(), std::nullopt);
  ASSERT_TRUE(add("b"));
  EXPECT_EQ(watched.look().value()->size(), 2U);
  write("{");
  EXPECT_FALSE(watched.look());
  EXPECT_EQ(watched.look().value(), std::nullopt);  // told once
  std::filesystem::remove(path);
  EXPECT_FALSE(watched.look());
  watched.forget();
  EXPECT_FALSE(watched.look());
}

}  // namespace
}  // namespace fedwatt::access
