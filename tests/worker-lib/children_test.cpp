#include "energy/children.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "busy_process.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::burn;
using fedwatt::testing::BusyProcess;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kBurntS = 0.2;
constexpr double kTicksS = 0.03;  // the kernel's ticks of 10 ms, at both ends

// Burns when it is told to and says so; ends with its pipe.
void burn_on_demand(const BusyProcess::Ends& test) {
  while (!std::isnan(test.hear())) {
    burn(kBurntS);
    test.say(1);
  }
}

void let_it_burn(const BusyProcess& process) {
  process.ends().say(1);
  process.ends().hear();
}

TEST(Children, AreNone) {
  Children children{Machine{}};
  burn(0.05);
  EXPECT_EQ(children.spent_s(), 0);
  EXPECT_THAT(children.pids(), IsEmpty());
}

TEST(Children, ThatLiveAreCounted) {
  Children children{Machine{}};
  const BusyProcess child(burn_on_demand);
  let_it_burn(child);
  EXPECT_NEAR(children.spent_s(), kBurntS, kTicksS);
  EXPECT_THAT(children.pids(), ElementsAre(child.pid()));
  EXPECT_NEAR(children.spent_s(), 0, kTicksS);
  let_it_burn(child);
  EXPECT_NEAR(children.spent_s(), kBurntS, kTicksS);
}

TEST(Children, WhatAChildUsedBeforeTheMeterIsNotCounted) {
  const BusyProcess child(burn_on_demand);
  let_it_burn(child);
  Children children{Machine{}};
  EXPECT_NEAR(children.spent_s(), 0, kTicksS);
}

TEST(Children, OfChildrenAreCounted) {
  Children children{Machine{}};
  const BusyProcess child([](const BusyProcess::Ends& test) {
    const BusyProcess grandchild(burn_on_demand);
    let_it_burn(grandchild);
    test.say(grandchild.pid());
    test.hear();
  });
  child.ends().hear();
  EXPECT_NEAR(children.spent_s(), kBurntS, kTicksS);
  EXPECT_EQ(children.pids().size(), 2);
}

TEST(Children, WithAMeterOfTheirOwnAnswerForThemselvesAndTheirChildren) {
  Children children{Machine{}};
  const BusyProcess child([](const BusyProcess::Ends& test) {
    Children own{Machine{}};
    const BusyProcess grandchild(burn_on_demand);
    let_it_burn(grandchild);
    burn(kBurntS);
    test.say(own.spent_s());
    test.hear();
  });
  EXPECT_NEAR(child.ends().hear(), kBurntS, kTicksS);
  EXPECT_EQ(children.spent_s(), 0);
  EXPECT_THAT(children.pids(), IsEmpty());
}

TEST(Children, InheritNoMark) {
  Children children{Machine{}};  // this process now bears the mark, and its socket
  const BusyProcess child(burn_on_demand);
  let_it_burn(child);
  EXPECT_GT(children.spent_s(), 0);
}

TEST(Children, ThatHaveEndedAreNotCounted) {
  Children children{Machine{}};
  const BusyProcess child([](const BusyProcess::Ends&) { burn(kBurntS); });
  child.wait_until_ended();
  EXPECT_EQ(children.spent_s(), 0);
}

}  // namespace
}  // namespace fedwatt::energy
