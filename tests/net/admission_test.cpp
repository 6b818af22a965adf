#include "net/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace fedwatt::net {
namespace {

struct Visitors {
  Admission admission;
  std::vector<int> ended{};
  Admission::TicketPtr admit(int visitor) {
    return admission.admit([this, visitor] { ended.push_back(visitor); });
  }
};

TEST(Admission, WhereTheRoomForStrangersRunsOutTheOldestGoes) {
  Visitors visitors{Admission(100, 2)};
  auto first = visitors.admit(1);
  const auto second = visitors.admit(2);
  const auto third = visitors.admit(3);
  EXPECT_EQ(visitors.ended, (std::vector{1}));
  first.reset();  // its connection is gone at last
  const auto fourth = visitors.admit(4);
  EXPECT_NE(fourth, nullptr);
  EXPECT_EQ(visitors.ended, (std::vector{1, 2}));
}

TEST(Admission, WhoIsSettledStays) {
  Visitors visitors{Admission(100, 2)};
  const auto first = visitors.admit(1);
  first->settle();
  const auto second = visitors.admit(2);
  const auto third = visitors.admit(3);
  const auto fourth = visitors.admit(4);
  EXPECT_EQ(visitors.ended, (std::vector{2}));
}

TEST(Admission, AFullHouseTakesNobodyUntilSomebodyGoes) {
  Visitors visitors{Admission(2, 10)};
  auto first = visitors.admit(1);
  const auto second = visitors.admit(2);
  first->settle();
  second->settle();
  EXPECT_EQ(visitors.admit(3), nullptr);
  EXPECT_TRUE(visitors.ended.empty());
  first.reset();
  EXPECT_NE(visitors.admit(4), nullptr);
}

TEST(Admission, AFullHouseWithStrangersTakesTheirPlace) {
  Visitors visitors{Admission(2, 10)};
  const auto first = visitors.admit(1);
  first->settle();
  const auto second = visitors.admit(2);
  EXPECT_NE(visitors.admit(3), nullptr);
  EXPECT_EQ(visitors.ended, (std::vector{2}));
}

TEST(Admission, ATicketMayOutliveIt) {
  Admission::TicketPtr ticket;
  {
    ticket = Admission(1, 1).admit([] { ADD_FAILURE() << "ended"; });
  }
  ticket.reset();
}

TEST(Admission, TheLimitOfDescriptorsIsKnown) { EXPECT_GE(raise_descriptor_limit(), 256U); }

}  // namespace
}  // namespace fedwatt::net
