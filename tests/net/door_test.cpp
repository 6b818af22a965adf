#include "net/door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::net {
namespace {

using asio::ip::make_address;
using namespace std::chrono_literals;

struct Request {
  std::map<std::string, std::string> headers{};

  Door::Header header() const {
    return [this](const char* name) {
      const auto found = headers.find(name);
      return found == headers.end() ? std::string() : found->second;
    };
  }
};

std::string client(const Door& door, const char* peer, const std::string& forwarded_for) {
  const Request request{{{"X-Forwarded-For", forwarded_for}}};
  return door.client_of(make_address(peer), request.header()).to_string();
}

TEST(Door, BelievesTrustedProxiesOnlyAndFromTheEnd) {
  const Door door({{"10.0.0.0/8", "2001:db8::/32"}});
  EXPECT_EQ(client(door, "10.1.2.3", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(client(door, "203.0.113.9", "198.51.100.1"), "203.0.113.9") << "forged";
  EXPECT_EQ(client(door, "10.1.2.3", "198.51.100.1, 203.0.113.7"), "203.0.113.7") << "forged";
  EXPECT_EQ(client(door, "10.1.2.3", "198.51.100.1,203.0.113.7 , 10.9.9.9"), "203.0.113.7");
  EXPECT_EQ(client(door, "2001:db8::1", "[2001:db9::7]:4711"), "2001:db9::7");
  EXPECT_EQ(client(door, "::ffff:10.1.2.3", "::ffff:203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(client(door, "10.1.2.3", "203.0.113.7:4711"), "203.0.113.7");
}

TEST(Door, AProxyThatNamesNobodyStandsForItself) {
  const Door door({{"10.0.0.0/8"}});
  for (const auto* nobody : {"", " ", "unknown", ",", "203.0.113.7,", "203.0.113.7, unknown",
                             "999.1.1.1", "[::1", "203.0.113.7, \x1b[2J"}) {
    EXPECT_EQ(client(door, "10.1.2.3", nobody), "10.1.2.3") << nobody;
  }
}

std::string reason(Door& door, const char* from, const Request& request, Door::Time now = {}) {
  const auto refused = door.refuses(make_address(from), request.header(), now);
  return refused ? refused->reason : "";
}

Request from_page(const std::string& origin, const std::string& host) {
  return {{{"Origin", origin}, {"Host", host}}};
}

TEST(Door, IsShutToWebPagesFromElsewhere) {
  Door door({{}, {"https://Dash.example"}});
  const auto reads = [&](const char* origin, const char* host) {
    return reason(door, "192.0.2.1", from_page(origin, host));
  };
  EXPECT_EQ(reads("", "hub.example"), "") << "a program";
  EXPECT_EQ(reads("https://dash.example", "hub.example"), "");
  EXPECT_EQ(reads("http://192.0.2.9:3000", "192.0.2.9:3000"), "") << "the hub's own";
  EXPECT_EQ(reads("http://localhost:3000", "LOCALHOST:3000"), "");
  EXPECT_EQ(reads("http://[::1]:3000", "[::1]:3000"), "");
  for (const auto* elsewhere :
       {"null", "https://evil.example", "http://dash.example", "https://dash.example.evil.example",
        "https://dash.example:444", "http://192.0.2.9:3001", "file://", "http://"}) {
    EXPECT_EQ(reads(elsewhere, "192.0.2.9:3000"), "foreign_origin") << elsewhere;
  }
  EXPECT_EQ(reads("http://evil.example:3000", "evil.example:3000"), "foreign_origin")
      << "a name that its owner has pointed at the hub";
}

TEST(Door, IsAskedForByAddressWhereNobodyNeedsAToken) {
  Door door({{}, {"http://fedwatt.example:8080"}, true});
  for (const auto* good :
       {"127.0.0.1:3000", "[::1]:3000", "localhost", "hub:3000", "", "fedwatt.example:3000"}) {
    EXPECT_EQ(reason(door, "127.0.0.1", {{{"Host", good}}}), "") << good;
  }
  EXPECT_EQ(reason(door, "127.0.0.1", {{{"Host", "evil.example:3000"}}}), "foreign_host");
  EXPECT_EQ(door.refused().at("foreign_host"), 1U);
}

TEST(Door, LimitsWhatAnAddressAsks) {
  DoorRules rules;
  rules.requests_per_s_per_address = 2;
  Door door(rules);
  const Door::Time start{};
  for (int i = 0; i < 8; ++i) EXPECT_EQ(reason(door, "192.0.2.1", {}, start), "") << i;
  EXPECT_EQ(reason(door, "192.0.2.1", {}, start), "address_rate");
  EXPECT_TRUE(door.slams(make_address("192.0.2.1"), start));
  EXPECT_FALSE(door.slams(make_address("192.0.2.2"), start));
  EXPECT_EQ(reason(door, "192.0.2.2", {}, start), "");
  EXPECT_FALSE(door.slams(make_address("192.0.2.1"), start + 500ms)) << "one a half second";
  EXPECT_EQ(reason(door, "192.0.2.1", {}, start + 500ms), "");
  EXPECT_EQ(reason(door, "192.0.2.1", {}, start + 500ms), "address_rate");
}

TEST(Door, DoesNotLimitThisMachineNorThoseWhoSpeakForMany) {
  DoorRules rules;
  rules.requests_per_s_per_address = 1;
  rules.trusted_proxies = {"10.0.0.1"};
  Door door(rules);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(reason(door, "127.0.0.1", {}) + reason(door, "::1", {}), "");
    EXPECT_EQ(reason(door, "10.0.0.1", {}), "");
  }
  EXPECT_EQ(door.enter(make_address("10.0.0.1")), nullptr);
}

TEST(Door, TakesAnIpv6NetworkForOneAddress) {
  DoorRules rules;
  rules.requests_per_s_per_address = 1;
  Door door(rules);
  for (const auto* one : {"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"}) {
    EXPECT_EQ(reason(door, one, {}), "");
  }
  EXPECT_EQ(reason(door, "2001:db8::5", {}), "address_rate");
  EXPECT_EQ(reason(door, "2001:db8:0:1::5", {}), "");
}

TEST(Door, LimitsTheConnectionsOfAnAddress) {
  DoorRules rules;
  rules.most_connections_per_address = 2;
  Door door(rules);
  const auto address = make_address("192.0.2.1");
  std::vector<AddressLimits::PlacePtr> places{door.enter(address), door.enter(address)};
  EXPECT_EQ(reason(door, "192.0.2.1", {}), "");
  places.push_back(door.enter(make_address("::ffff:192.0.2.1")));
  EXPECT_EQ(reason(door, "192.0.2.1", {}), "address_connections");
  EXPECT_FALSE(door.slams(address, {})) << "it would not know why";
  for (int i = 0; i < 100; ++i) places.push_back(door.enter(address));
  EXPECT_TRUE(door.slams(address, {}));
  places.resize(2);
  EXPECT_EQ(reason(door, "192.0.2.1", {}), "");
}

TEST(AddressLimits, ForgetsWhoHasGone) {
  AddressLimits limits(10, 100);
  const AddressLimits::Time start{};
  for (int i = 0; i < 1'000; ++i) limits.ask("address " + std::to_string(i), start);
  const auto stays = limits.enter("stays");
  EXPECT_EQ(limits.known(), 1'001U);
  limits.forget_idle(start + 1s);
  EXPECT_EQ(limits.known(), 1U);
}

}  // namespace
}  // namespace fedwatt::net
