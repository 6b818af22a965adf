#include "energy/gpu_visible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::energy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kIds = {"GPU-1a2b-00", "GPU-1a2c-00", "GPU-3333-00"};

std::vector<std::size_t> visible(const char* value) { return visible_gpus(value, kIds).indices; }

TEST(VisibleGpus, AreAllIfTheVariableIsNotSet) {
  EXPECT_THAT(visible_gpus(std::nullopt, kIds).indices, ElementsAre(0, 1, 2));
  EXPECT_FALSE(visible_gpus(std::nullopt, kIds).named_by_index);
}

TEST(VisibleGpus, AreNamedByIndex) {
  EXPECT_THAT(visible("2,0"), ElementsAre(2, 0));
  EXPECT_THAT(visible(" 1 , 2 "), ElementsAre(1, 2));
  EXPECT_THAT(visible("+1"), ElementsAre(1));
  EXPECT_THAT(visible("1x,2"), ElementsAre(1, 2));  // as strtol reads it
  EXPECT_TRUE(visible_gpus("2,0", kIds).named_by_index);
}

TEST(VisibleGpus, AreNamedByTheBeginningOfAnId) {
  EXPECT_THAT(visible("GPU-3333-00,GPU-1a2b"), ElementsAre(2, 0));
  EXPECT_THAT(visible("GPU-3"), ElementsAre(2));
  EXPECT_FALSE(visible_gpus("GPU-3", kIds).named_by_index);
}

TEST(VisibleGpus, EndAtTheFirstThatNamesNone) {
  EXPECT_THAT(visible(""), IsEmpty());
  EXPECT_THAT(visible("-1"), IsEmpty());
  EXPECT_THAT(visible("0,-1,1"), ElementsAre(0));
  EXPECT_THAT(visible("0,3,1"), ElementsAre(0));
  EXPECT_THAT(visible("1,,2"), ElementsAre(1));
  EXPECT_THAT(visible("1,"), ElementsAre(1));
  EXPECT_THAT(visible("99999999999999999999"), IsEmpty());
  EXPECT_THAT(visible("NoDevFiles"), IsEmpty());
  EXPECT_THAT(visible("GPU-1a2"), IsEmpty());           // which of the two?
  EXPECT_THAT(visible("GPU-3,GPU-9"), ElementsAre(2));  // there is no such GPU
  EXPECT_THAT(visible("gpu-3"), IsEmpty());
  EXPECT_THAT(visible("0,GPU-3"), ElementsAre(0));  // in one way or the other
}

TEST(VisibleGpus, AreNoneIfOneComesTwice) {
  EXPECT_THAT(visible("0,1,0"), IsEmpty());
  EXPECT_THAT(visible("GPU-3,GPU-3333"), IsEmpty());
}

TEST(VisibleGpus, MayBePartsOfOne) {
  const auto gpus = visible_gpus("MIG-GPU-1a2b-00/1/0", kIds);
  EXPECT_THAT(gpus.indices, IsEmpty());
  EXPECT_THAT(gpus.mig_parts, ElementsAre("MIG-GPU-1a2b-00/1/0"));
}

}  // namespace
}  // namespace fedwatt::energy
