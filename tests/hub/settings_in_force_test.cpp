#include "fedwatt/hub/settings_in_force.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string shown(const char* name, const char* value) {
  return shown_value({name, value, "default"});
}

TEST(SettingsInForce, ShowNoPassword) {
  EXPECT_EQ(shown("database", "postgresql://fedwatt:s3cret@db:5432/fedwatt"),
            "postgresql://fedwatt:***@db:5432/fedwatt");
  EXPECT_EQ(shown("database", "postgresql://fedwatt:s3c@ret@db/fedwatt"),
            "postgresql://fedwatt:***@db/fedwatt");
  EXPECT_EQ(shown("database", "postgresql://db/fedwatt?password=s3cret&user=x"),
            "postgresql://db/fedwatt?password=***&user=x");
  EXPECT_EQ(shown("database", "postgresql://db/fedwatt?user=x&password=s3cret"),
            "postgresql://db/fedwatt?user=x&password=***");
  EXPECT_EQ(shown("database", "postgresql://fedwatt@[::1]:5432/fedwatt"),
            "postgresql://fedwatt@[::1]:5432/fedwatt");
  EXPECT_EQ(shown("database", "sqlite:/var/lib/fedwatt.sqlite"), "sqlite:/var/lib/fedwatt.sqlite");
}

TEST(SettingsInForce, ShowOfAWebhookOnlyWhereItIs) {
  EXPECT_EQ(shown("alert-webhook", "https://hooks.example.org/services/T0/s3cret"),
            "https://hooks.example.org/***");
  EXPECT_EQ(shown("alert-webhook", "https://me:s3cret@example.org:8443"),
            "https://example.org:8443");
  EXPECT_EQ(shown("alert-webhook", R"(["https://a.example/s3cret", "http://b.example?k=s3cret"])"),
            R"(["https://a.example/***", "http://b.example/***"])");
  EXPECT_EQ(shown("alert-webhook-header", "Authorization: Bearer s3cret"), "***");
  EXPECT_EQ(shown("electricity-maps-token", "s3cret"), "***");
  EXPECT_EQ(shown("electricity-maps-token", ""), "\"\"");
}

TEST(SettingsInForce, AreTextWithTheirSources) {
  EXPECT_EQ(settings_text({{"pue", "1.2", "environment FEDWATT_PUE"}}),
            "pue = 1.2                                        # environment FEDWATT_PUE\n");
}

TEST(SettingsInForce, KnowWhatARunningHubTakesOver) {
  const SettingsInForce before{{"pue", "1", "default"},
                               {"listen", "127.0.0.1:3000", "default"},
                               {"round-quorum", "0.5", "default"},
                               {"alert-webhook-header", "A: old", "file hub.conf"}};
  auto now = before;
  EXPECT_THAT(changes_between(before, now).applied, IsEmpty());
  now[0].value = "1.2";
  now[1].value = "127.0.0.1:3001";
  now[2].source = "file hub.conf";  // the same value from elsewhere is no change
  now[3].value = "A: new";
  const auto changes = changes_between(before, now);
  EXPECT_THAT(changes.applied, ElementsAre("pue = 1.2", "alert-webhook-header = ***"));
  EXPECT_THAT(changes.at_restart, ElementsAre("listen = 127.0.0.1:3001"));
}

}  // namespace
}  // namespace fedwatt::hub
