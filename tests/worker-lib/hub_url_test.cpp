#include "link/hub_url.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedwatt::link {
namespace {

TEST(HubUrl, ReadsHostAndPort) {
  EXPECT_EQ(parse_hub_url("ws://127.0.0.1:3000").host, "127.0.0.1");
  EXPECT_EQ(parse_hub_url("ws://127.0.0.1:3000").port, 3000);
  EXPECT_EQ(parse_hub_url("ws://hub.example-site.org/").host, "hub.example-site.org");
  EXPECT_EQ(parse_hub_url("ws://hub").port, 80);
  EXPECT_EQ(parse_hub_url("ws://[::1]:65535").host, "::1");
  EXPECT_EQ(parse_hub_url("ws://[::1]:65535").port, 65535);
}

TEST(HubUrl, KnowsTls) {
  EXPECT_FALSE(parse_hub_url("ws://hub").secure);
  EXPECT_TRUE(parse_hub_url("wss://hub").secure);
  EXPECT_EQ(parse_hub_url("wss://hub").port, 443);
  EXPECT_EQ(parse_hub_url("wss://[::1]:3000/").authority(), "[::1]:3000");
}

TEST(HubUrl, WritesItsAuthority) {
  EXPECT_EQ(parse_hub_url("ws://hub:3000").authority(), "hub:3000");
  EXPECT_EQ(parse_hub_url("ws://[::1]:3000").authority(), "[::1]:3000");
}

class BadHubUrl : public ::testing::TestWithParam<const char*> {};

TEST_P(BadHubUrl, IsRefusedWithASentenceThatQuotesItAndShowsAGoodOne) {
  try {
    parse_hub_url(GetParam());
    FAIL() << GetParam() << " was accepted";
  } catch (const std::invalid_argument& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find('"' + std::string(GetParam()) + '"'), std::string::npos) << message;
    EXPECT_NE(message.find("give one like ws://127.0.0.1:3000"), std::string::npos) << message;
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadHubUrl,
                         ::testing::Values("", "127.0.0.1:3000", "http://hub:3000", "wss://",
                                           "ws://", "ws:///", "ws://:3000",
                                           "ws://hub:", "ws://hub:0", "ws://hub:65536",
                                           "ws://hub:3000x", "ws://hub:-1", "ws://hub/path",
                                           "ws://user@hub", "ws://hub 2", "ws://[::1", "ws://[]:1",
                                           "ws://[::1]x", "ws://::1:3000"));

}  // namespace
}  // namespace fedwatt::link
