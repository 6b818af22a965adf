#include "import/offline_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "offline_files.h"

namespace fedwatt::viewer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OfflineReaderTest : public testing::Test {
 protected:
  std::string problem(const std::string& text) {
    const auto file = check_offline_file(files.write("reports.jsonl", text));
    return file ? "" : file.error();
  }

  OfflineFiles files;
};

TEST_F(OfflineReaderTest, FindsWhatIsInAFile) {
  const auto path = files.write("a.jsonl", kHello + report_line(7, 1) + report_line(9, 2) + kBye);
  const auto file = check_offline_file(path);
  ASSERT_TRUE(file) << file.error();
  EXPECT_EQ(file->hello.worker, "a");
  EXPECT_EQ(file->reports, 2);
  EXPECT_EQ(file->first_seq, 7);
}

TEST_F(OfflineReaderTest, EmptyLinesAndLineEndsOfOtherSystemsDoNoHarm) {
  EXPECT_EQ(problem(kHello + "\n" + report_line(1, 1) + "\r\n" + kBye + "\n\n"), "");
  std::string last_line = kBye;
  last_line.pop_back();  // its line end
  EXPECT_EQ(problem(kHello + last_line), "");
}

TEST_F(OfflineReaderTest, SaysWhichLineIsWrongAndWhy) {
  EXPECT_THAT(problem(kHello + report_line(1, 1) +
                      R"({"type":"report","seq":2})"
                      "\n" +
                      kBye),
              AllOf(HasSubstr("reports.jsonl, line 3: "), HasSubstr("round is missing")));
  EXPECT_THAT(problem(kHello + "half a li"), HasSubstr("line 2: parse error"));
  EXPECT_THAT(problem(kHello + report_line(2, 1) + report_line(2, 1) + kBye),
              HasSubstr("line 3: seq 2 comes after 2"));
  EXPECT_THAT(problem(kHello + kHello + kBye), HasSubstr("line 2: only reports"));
  EXPECT_THAT(problem(kHello + "[" + report_line(1, 1) + "]\n" + kBye), HasSubstr("line 2: "));
  EXPECT_THAT(problem(kHello +
                      R"({"type":"round_plan","round":1,"selected":[]})"
                      "\n" +
                      kBye),
              HasSubstr("line 2: a round_plan, but"));
}

TEST_F(OfflineReaderTest, AFileThatWasCutIsKnownAsSuch) {
  const std::string whole = kHello + report_line(1, 1) + report_line(2, 2) + kBye;
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    EXPECT_NE(problem(whole.substr(0, length)), "") << length;
  }
  EXPECT_THAT(problem(kHello + report_line(1, 1)),
              HasSubstr("line 3: the file ends before its bye"));
  EXPECT_THAT(problem(whole + report_line(3, 3)), HasSubstr("something after the bye"));
}

TEST_F(OfflineReaderTest, BeginsWithAHelloThatNamesItsSession) {
  EXPECT_THAT(problem(""), HasSubstr("line 1: a file of reports begins with the hello"));
  EXPECT_THAT(problem(report_line(1, 1) + kBye), HasSubstr("begins with the hello"));
  EXPECT_THAT(problem(R"({"type":"hello","run":"digits","worker":"a"})"
                      "\n" +
                      kBye),
              HasSubstr("has no session"));
}

TEST_F(OfflineReaderTest, ALineThatNoFrameCouldHoldIsNotReadToItsEnd) {
  EXPECT_THAT(problem(kHello + std::string(200'000, ' ') + "\n" + kBye),
              HasSubstr("line 2: is longer than 65536 bytes"));
}

TEST_F(OfflineReaderTest, ANulDoesNotHideWhatFollows) {
  std::string line = kBye;
  line.insert(line.size() - 1, std::string("\0{}", 3));
  EXPECT_THAT(problem(kHello + line), HasSubstr("line 2: "));
}

TEST_F(OfflineReaderTest, SaysWhatCannotBeRead) {
  const auto missing = check_offline_file(files.path("nothing"));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), HasSubstr("No such file or directory"));
  const auto folder = check_offline_file(files.path(""));
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error(), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace fedwatt::viewer
