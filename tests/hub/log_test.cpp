#include "fedwatt/hub/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <nlohmann/json.hpp>

namespace fedwatt::hub {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::MatchesRegex;

class Log : public testing::Test {
 protected:
  // What is written to standard error meanwhile.
  static std::string logged(LogFormat format, const std::function<void()>& work,
                            const char* level = "info") {
    testing::internal::CaptureStderr();
    set_log(level, format);
    work();
    spdlog::default_logger()->flush();
    return testing::internal::GetCapturedStderr();
  }

  void TearDown() override { spdlog::set_level(spdlog::level::off); }
};

TEST_F(Log, SaysInALineOfTextWhenAndHowBad) {
  EXPECT_THAT(logged(LogFormat::kText, [] { spdlog::warn("{} is away", "it"); }),
              MatchesRegex("20..-..-..T..:..:..\\....Z warning it is away\n"));
}

TEST_F(Log, NamesWhatALineIsAbout) {
  const auto text = logged(LogFormat::kText, [] {
    const LogContext connection("connection", 17);
    {
      const LogContext worker("worker", "hospital 3");
      const LogContext again("connection", 18);
      const LogContext run("run", "");
      spdlog::info("hello");
    }
    spdlog::info("bye");
  });
  EXPECT_THAT(text, MatchesRegex(".*Z info hello \\[worker=\"hospital 3\" connection=18\\]\n"
                                 ".*Z info bye \\[connection=17\\]\n"));
  EXPECT_THAT(logged(LogFormat::kText, [] { spdlog::info("over"); }), EndsWith("info over\n"));
}

TEST_F(Log, IsOneJsonObjectALine) {
  const auto text = logged(LogFormat::kJson, [] {
    const LogContext connection("connection", 17);
    const LogContext worker("worker", "a\"b\n");
    spdlog::error("no\nline {}", "\x1b[2J");
  });
  ASSERT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  const auto line = json::parse(text);
  EXPECT_EQ(line.size(), 5U);
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex("20..-..-..T..:..:..\\....Z"));
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["message"], "no\nline \x1b[2J");
  EXPECT_EQ(line["connection"], 17);
  EXPECT_EQ(line["worker"], "a\"b\n");
}

TEST_F(Log, MovesNoCursorAndForgesNoLine) {
  const auto text = logged(LogFormat::kText, [] {
    const LogContext worker("worker", "w]\x1b[2J\n20");
    spdlog::info(
        "a\r\nb\x1b[31m\x7f\xc2\x9b"
        "31m \xc3\xa9");
  });
  EXPECT_THAT(text, EndsWith(" info a\\x0d\\x0ab\\x1b[31m\\x7f\\x9b31m \xc3\xa9"
                             " [worker=\"w]\\x1b[2J\\x0a20\"]\n"));
}

TEST_F(Log, TakesTextThatIsNoUtf8) {
  const auto text = logged(LogFormat::kJson, [] { spdlog::info("\xff"); });
  EXPECT_EQ(json::parse(text)["message"], "\xef\xbf\xbd");
}

TEST_F(Log, ChangesItsLevelAndItsFormatWhileItRuns) {
  const auto say = [] {
    spdlog::debug("quiet");
    spdlog::info("loud");
  };
  EXPECT_THAT(logged(LogFormat::kText, say), EndsWith(" info loud\n"));
  EXPECT_THAT(logged(LogFormat::kText, say, "debug"),
              MatchesRegex(".* debug quiet\n.* info loud\n"));
  EXPECT_EQ(logged(LogFormat::kText, say, "error"), "");
  EXPECT_EQ(json::parse(logged(LogFormat::kJson, say))["message"], "loud");
}

}  // namespace
}  // namespace fedwatt::hub
