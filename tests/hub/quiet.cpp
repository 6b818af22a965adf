#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace {

// The hub logs every outage and every run: here they are made by the thousand.
class Quiet : public testing::Environment {
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
};

[[maybe_unused]] const auto* const kQuiet = testing::AddGlobalTestEnvironment(new Quiet);

}  // namespace
