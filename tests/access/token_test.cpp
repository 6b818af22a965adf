#include "fedwatt/access/token.h"

#include <gtest/gtest.h>

#include "fedwatt/access/secret.h"

namespace fedwatt::access {
namespace {

TEST(PatternsTest, AStarStandsForAnyText) {
  const Patterns patterns({"digits", "mnist-*", "*-eu-*"});
  EXPECT_TRUE(patterns.include("digits"));
  EXPECT_TRUE(patterns.include("mnist-"));
  EXPECT_TRUE(patterns.include("mnist-7/x"));
  EXPECT_TRUE(patterns.include("a-eu-b-eu-"));
  EXPECT_FALSE(patterns.include("mnist"));
  EXPECT_FALSE(patterns.include("a-eu"));
  EXPECT_FALSE(patterns.include(""));
  EXPECT_TRUE(Patterns({"*"}).include(""));
  EXPECT_TRUE(Patterns({"a*b*c"}).include("abbcbc"));
  EXPECT_FALSE(Patterns({"a*b*c"}).include("abbcb"));
  EXPECT_FALSE(Patterns({"**a"}).include("b"));
  EXPECT_FALSE(Patterns().include("digits"));
}

// What looks the same, or begins or ends the same, is another name.
TEST(PatternsTest, TricksWithNamesDoNotFit) {
  const Patterns patterns({"digits", "site-*"});
  for (const auto* name : {"Digits", "digits ", " digits", "digits\n", "digits*", "digit?", "d*",
                           "*", "d\xd1\x96gits", "site", "Site-1", "xsite-1", "[site]-1"}) {
    EXPECT_FALSE(patterns.include(name)) << name;
  }
  EXPECT_FALSE(patterns.include(std::string_view("digits\0", 7)));
  EXPECT_FALSE(Patterns({"[a-z]", "d?gits", "\\*"}).include("digits"));
}

// As long as names may be, and made to make a matcher go back again and again.
TEST(PatternsTest, APatternOfStarsEndsSoon) {
  std::string pattern;
  for (int i = 0; i < 66; ++i) pattern += "*a";
  EXPECT_FALSE(Patterns({pattern + "b"}).include(std::string(200, 'a')));
  EXPECT_TRUE(Patterns({pattern}).include(std::string(200, 'a')));
}

TEST(RoleTest, MayDoWhatTheTableSays) {
  struct Line {
    Role role;
    bool report, watch, command, metrics;
  };
  for (const auto& line : {Line{Role::kWorker, true, false, false, false},
                           Line{Role::kViewer, false, true, false, true},
                           Line{Role::kOperator, false, true, true, true},
                           Line{Role::kAdmin, true, true, true, true}}) {
    EXPECT_EQ(may(line.role, Action::kReport), line.report) << name_of(line.role);
    EXPECT_EQ(may(line.role, Action::kWatch), line.watch) << name_of(line.role);
    EXPECT_EQ(may(line.role, Action::kCommand), line.command) << name_of(line.role);
    EXPECT_EQ(may(line.role, Action::kMetrics), line.metrics) << name_of(line.role);
    EXPECT_EQ(role_named(name_of(line.role)), line.role);
  }
  EXPECT_EQ(role_named("root"), std::nullopt);
}

TEST(TokenTest, EndsAtItsTimeOrWhenItIsRevoked) {
  const Timestamp noon = *protocol::parse_timestamp("2026-01-01T12:00:00Z");
  Token token;
  EXPECT_EQ(token.state_at(noon), Token::State::kValid);
  token.expires_at = noon;
  EXPECT_EQ(token.state_at(noon - std::chrono::milliseconds{1}), Token::State::kValid);
  EXPECT_EQ(token.state_at(noon), Token::State::kExpired);
  token.revoked_at = noon;
  EXPECT_EQ(token.state_at(noon - std::chrono::hours{1}), Token::State::kRevoked);
}

TEST(TokenTextTest, HasTheNameAndTheSecret) {
  const std::string secret(64, '7');
  const auto text = "fw_site_a-1_" + secret;
  const auto parts = parse_token_text(text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->name, "site_a-1");
  EXPECT_EQ(parts->secret, secret);
  for (const std::string& other :
       {std::string(), std::string("fw_"), "fw__" + secret, "fw_a" + secret, "xx_a_" + secret,
        "fw_a b_" + secret, "fw_" + std::string(65, 'a') + "_" + secret}) {
    EXPECT_FALSE(parse_token_text(other)) << other;
  }
}

TEST(SecretTest, IsNewEachTimeAndKnownByItsDigest) {
  const auto secret = make_secret();
  EXPECT_EQ(secret.size(), 64U);
  EXPECT_NE(secret, make_secret());
  EXPECT_TRUE(same(digest_of(secret), digest_of(secret)));
  // NIST's example for SHA-256 of "abc".
  EXPECT_EQ(hex_of(digest_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_from_hex(hex_of(digest_of("abc"))), digest_of("abc"));
  EXPECT_EQ(digest_from_hex(std::string(64, 'g')), std::nullopt);
  EXPECT_EQ(digest_from_hex("ba"), std::nullopt);
}

// Wherever the first difference is: no beginning of a digest is as good as the whole of it.
TEST(SecretTest, DiffersInEveryByte) {
  const auto digest = digest_of("abc");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    auto other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(same(digest, other)) << i;
  }
}

}  // namespace
}  // namespace fedwatt::access
