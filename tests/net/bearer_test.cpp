#include "net/bearer.h"

#include <gtest/gtest.h>

namespace fedwatt::net {
namespace {

TEST(BearerTest, IsWhatFollowsTheScheme) {
  EXPECT_EQ(bearer_of("Bearer fw_ada_1"), "fw_ada_1");
  EXPECT_EQ(bearer_of("bearer  fw_ada_1 "), "fw_ada_1");
  EXPECT_EQ(bearer_of("BEARER a b"), "a b");
}

TEST(BearerTest, IsEmptyForAnythingElse) {
  EXPECT_EQ(bearer_of(""), "");
  EXPECT_EQ(bearer_of("Bearer"), "");
  EXPECT_EQ(bearer_of("Bearer   "), "");
  EXPECT_EQ(bearer_of("Bearerfw_ada_1"), "");
  EXPECT_EQ(bearer_of("Basic YWRhOnNlY3JldA=="), "");
}

}  // namespace
}  // namespace fedwatt::net
