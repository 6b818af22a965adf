#include "text/display_text.h"

#include <gtest/gtest.h>

#include "text/words.h"

namespace fedwatt::viewer {
namespace {

TEST(DisplayText, ControlCharactersNeverPass) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\uFFFD31m");                                  // CSI as one C1 character
  EXPECT_EQ(printable("abc\u202Edcba"), "abc\uFFFDdcba");  // right-to-left override
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\uFFFDb");
}

TEST(DisplayText, BrokenBytesAreReplacedOneByOne) {
  EXPECT_EQ(printable("a\xff"), "a\uFFFD");
  EXPECT_EQ(printable("\xc0\xaf"), "\uFFFD\uFFFD");            // overlong "/"
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(printable("\xe6\x97"), "\uFFFD\uFFFD");            // cut off
  EXPECT_EQ(printable("日本 é 😀"), "日本 é 😀");
}

TEST(DisplayText, WidthIsCountedInCells) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(clip("abcdef", 4), "abc…");
  EXPECT_EQ(clip("abcd", 4), "abcd");
  EXPECT_EQ(clip("日本語", 5), "日本…");
  EXPECT_EQ(clip("日本語", 4), "日…");  // the second half of 本 has no room
  EXPECT_EQ(clip("abc", 0), "");
}

TEST(DisplayText, FitIsExactlyAsWide) {
  EXPECT_EQ(fit("ab", 4), "ab  ");
  EXPECT_EQ(fit("ab", 4, Align::kRight), "  ab");
  EXPECT_EQ(fit("日本語", 4), "日… ");
  for (int width = 0; width < 12; ++width) {
    EXPECT_EQ(display_width(fit("a日b本c語d", width)), width);
  }
}

TEST(Words, OnlyKnownMetersCountAsMeasured) {
  EXPECT_FALSE(is_estimate("rapl"));
  EXPECT_FALSE(is_estimate("nvml"));
  EXPECT_FALSE(is_estimate("amdgpu"));
  EXPECT_FALSE(is_estimate("external"));
  EXPECT_FALSE(is_estimate("external:smart plug"));
  EXPECT_TRUE(is_estimate("externally guessed"));
  EXPECT_TRUE(is_estimate("cpu_load"));
  EXPECT_TRUE(is_estimate("model"));
  EXPECT_TRUE(is_estimate("from a newer version"));
}

TEST(Words, SourcesAreNamedOnceAndEstimatesMarked) {
  const protocol::EnergySources mixed{"rapl", "nvml", "model"};
  EXPECT_EQ(describe_sources(mixed), "rapl nvml ~model");
  EXPECT_EQ(estimate_mark(mixed), "~");
  const protocol::EnergySources measured{"rapl", "", "rapl"};
  EXPECT_EQ(describe_sources(measured), "rapl");
  EXPECT_EQ(estimate_mark(measured), "");
  const protocol::EnergySources plugged{"", "", "", "external:smart plug"};
  EXPECT_EQ(describe_sources(plugged), "external:smart plug");
  EXPECT_EQ(estimate_mark(plugged), "");
}

TEST(Words, GapsAreSaid) {
  EXPECT_EQ(describe_gaps({}), "");
  EXPECT_EQ(describe_gaps({"ram"}), "RAM not measured");
  EXPECT_EQ(describe_gaps({"cpu", "gpu", "ram"}), "CPU, GPU and RAM not measured");
}

TEST(Words, AnOnlineWorkerSaysWhatItDoes) {
  protocol::WorkerView worker;
  EXPECT_EQ(label_of(worker).word, "online");
  worker.directive = protocol::Directive::kPause;
  worker.directive_state = protocol::DirectiveState::kInformed;
  EXPECT_EQ(label_of(worker).word, "informed");
  worker.directive = protocol::Directive::kRun;
  EXPECT_EQ(label_of(worker).word, "online");
  worker.directive_state = protocol::DirectiveState::kPaused;
  EXPECT_EQ(label_of(worker).word, "paused");
  worker.state = protocol::WorkerState::kAway;
  EXPECT_EQ(label_of(worker).word, "away");
}

}  // namespace
}  // namespace fedwatt::viewer
