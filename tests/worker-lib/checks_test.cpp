#include "session/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "fedwatt/protocol/policy_text.h"

namespace fedwatt::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

WorkerOptions good_options() {
  WorkerOptions options;
  options.run = "digits";
  options.worker = "hospital-3";
  return options;
}

std::string complaint_about(const WorkerOptions& options) {
  try {
    check_options(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(CheckOptions, AcceptsWhatCanWork) {
  WorkerOptions options = good_options();
  options.pue = 1.0;
  options.total_rounds = 0;
  options.region = "FR";
  options.run = "prüfung";
  EXPECT_EQ(complaint_about(options), "");
}

TEST(CheckOptions, RefusesWhatCannot) {
  const auto complaint = [](auto change) {
    WorkerOptions options = good_options();
    change(options);
    return complaint_about(options);
  };
  EXPECT_THAT(complaint([](auto& o) { o.run = ""; }), HasSubstr("run's name"));
  EXPECT_THAT(complaint([](auto& o) { o.run = std::string(201, 'x'); }), HasSubstr("200 bytes"));
  EXPECT_THAT(complaint([](auto& o) { o.worker = ""; }), HasSubstr("worker's name"));
  EXPECT_THAT(complaint([](auto& o) { o.worker = "a\nb"; }), HasSubstr("control characters"));
  EXPECT_THAT(complaint([](auto& o) { o.hub = "localhost:3000"; }), HasSubstr("ws://"));
  EXPECT_THAT(complaint([](auto& o) { o.pue = 0.9; }), HasSubstr("0.9"));
  EXPECT_THAT(complaint([](auto& o) { o.pue = kNan; }), HasSubstr("PUE"));
  EXPECT_THAT(complaint([](auto& o) { o.total_rounds = -1; }), HasSubstr("-1"));
  EXPECT_THAT(complaint([](auto& o) { o.queue_capacity = 0; }), HasSubstr("queue"));
  EXPECT_THAT(complaint([](auto& o) {
                o.policies = {"confirm", "budget:limt_g=5"};
              }),
              HasSubstr("(option policies) cannot be used: budget.limt_g is not known here"));
  EXPECT_THAT(complaint([](auto& o) { o.framework = std::string(1'001, 'x'); }),
              HasSubstr("framework"));
}

// A token goes into a header, which nothing in it may end, and no complaint quotes it.
TEST(CheckOptions, TakesATokenOfOneLineAlone) {
  WorkerOptions options = good_options();
  options.token = "fw_hospital-3_" + std::string(64, 'a');
  EXPECT_EQ(complaint_about(options), "");
  for (const std::string& token : {std::string("hidden\r\nHost: evil"), std::string("hidden token"),
                                   std::string("hidden\xc3\xbc"), std::string(1'001, 'h')}) {
    options.token = token;
    EXPECT_THAT(complaint_about(options), HasSubstr("option token, or FEDWATT_TOKEN"));
    EXPECT_THAT(complaint_about(options), Not(HasSubstr("hidden")));
  }
}

TEST(PoliciesOf, AreEachAWordOrWords) {
  WorkerOptions options = good_options();
  EXPECT_EQ(policies_of(options).value(), std::nullopt);
  options.policies = {""};
  EXPECT_EQ(policies_of(options).value(), std::nullopt);
  options.policies = {"budget limit_g=500", "confirm:after_rounds=7"};
  EXPECT_EQ(complaint_about(options), "");
  EXPECT_EQ(protocol::policy_text(policies_of(options).value().value()),
            "budget:limit_g=500 confirm:after_rounds=7");
}

TEST(IsName, IsStrictUtf8OfOneTo200Bytes) {
  for (const std::string good : {"a", "é", "漢字", "😀", "a b", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_name(good)) << good;
  }
  EXPECT_TRUE(is_name(std::string(200, 'x')));
  EXPECT_FALSE(is_name(std::string(201, 'x')));
  for (const std::string bad :
       {"", "\x1f", "a\x7f", "\xc2\x85", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_name(bad)) << ::testing::PrintToString(bad);
  }
  EXPECT_FALSE(is_name(std::string_view("a\0b", 3)));
}

TEST(AsText, ReplacesWhatTheWireRefusesAndCutsBetweenCharacters) {
  EXPECT_EQ(as_text("out of\tmemory\n"), "out of memory ");
  EXPECT_EQ(as_text("caf\xe9"), "caf ");
  const std::string long_text = as_text(std::string(999, 'x') + "é");
  EXPECT_EQ(long_text.size(), 999U);  // é would end at 1001
}

TEST(CheckResult, KeepsWhatIsInRange) {
  RoundResult result;
  result.accuracy = 1;
  result.loss = -2.5;
  result.num_examples = 0;
  result.bytes_sent = 12;
  result.metrics = {{"auc", 0.5}};
  const auto checked = check_result(result);
  EXPECT_THAT(checked.left_out, IsEmpty());
  EXPECT_THAT(checked.results.metrics,
              ElementsAre(Pair("accuracy", 1), Pair("auc", 0.5), Pair("loss", -2.5)));
  EXPECT_EQ(checked.results.num_examples, 0);
  EXPECT_EQ(checked.results.bytes_sent, 12);
  EXPECT_EQ(checked.results.bytes_received, std::nullopt);
}

TEST(CheckResult, LeavesOutOneValueAndKeepsTheOthers) {
  RoundResult result;
  result.accuracy = 81;
  result.loss = kNan;
  result.num_examples = -1;
  result.metrics = {{"auc", 0.5}, {"f1", kInfinity}, {"", 1}, {"huge", 1e301}};
  const auto checked = check_result(result);
  EXPECT_THAT(checked.results.metrics, ElementsAre(Pair("auc", 0.5)));
  EXPECT_EQ(checked.results.num_examples, std::nullopt);
  ASSERT_EQ(checked.left_out.size(), 6U);
  EXPECT_THAT(checked.left_out[0], HasSubstr("accuracy was left out"));
  EXPECT_THAT(checked.left_out[0], HasSubstr("a fraction from 0 to 1"));
}

TEST(CheckResult, AccuracyAmongTheMetricsIsAFractionToo) {
  RoundResult result;
  result.metrics = {{"accuracy", 81}};
  EXPECT_EQ(check_result(result).left_out.size(), 1U);
  result.accuracy = 0.5;  // said by name: the other one is not looked at
  const auto checked = check_result(result);
  EXPECT_THAT(checked.left_out, IsEmpty());
  EXPECT_THAT(checked.results.metrics, ElementsAre(Pair("accuracy", 0.5)));
}

TEST(CheckEnergy, IsNamedAfterItsSource) {
  const auto checked = check_energy({0, 1e12, {}, {}}, std::string(190, 'x'));
  EXPECT_THAT(checked.left_out, IsEmpty());
  EXPECT_EQ(checked.reading.energy_j.cpu_j, 0);
  EXPECT_EQ(checked.reading.energy_j.gpu_j, 1e12);
  EXPECT_EQ(checked.reading.energy_j.ram_j, std::nullopt);
  EXPECT_EQ(checked.reading.source.cpu, "external:" + std::string(190, 'x'));
  EXPECT_EQ(checked.reading.source.ram, "");
}

TEST(CheckEnergy, LeavesOutOneValueAndKeepsTheOthers) {
  const auto checked = check_energy({kNan, -0.5, 2, 1.1e12}, "plug");
  ASSERT_EQ(checked.left_out.size(), 3U);
  EXPECT_THAT(checked.left_out[0], HasSubstr("machine_j was left out"));
  EXPECT_THAT(checked.left_out[2], HasSubstr("-0.5"));
  EXPECT_EQ(checked.reading.energy_j.ram_j, 2);
  EXPECT_EQ(checked.reading.source.machine, "");
}

TEST(CheckEnergy, TheWholeMachineStandsAlone) {
  const auto checked = check_energy({1, 2, {}, 5}, "plug");
  EXPECT_EQ(checked.left_out.size(), 1U);
  EXPECT_EQ(checked.reading.energy_j.machine_j, 5);
  EXPECT_EQ(checked.reading.energy_j.cpu_j, std::nullopt);
}

TEST(CheckEnergy, ASourceNeedsAName) {
  for (const auto& source : {std::string(), std::string("a\nb"), std::string(191, 'x')}) {
    const auto checked = check_energy({1, {}, {}, {}}, source);
    EXPECT_EQ(checked.left_out.size(), 1U);
    EXPECT_EQ(checked.reading.energy_j, protocol::ComponentEnergy());
  }
}

TEST(CheckResult, HoldsAsManyMetricsAsAReportMay) {
  RoundResult result;
  for (int metric = 0; metric < 70; ++metric) result.metrics["m" + std::to_string(metric)] = 1;
  const auto checked = check_result(result);
  EXPECT_EQ(checked.results.metrics.size(), 64U);
  EXPECT_EQ(checked.left_out.size(), 6U);
}

}  // namespace
}  // namespace fedwatt::session
