#include "session/spool_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/crc32c.h"

namespace fedwatt::session {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Crc32c, IsThatOfTheStandard) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
}

protocol::WorkerHello hello() {
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "hospital-3";
  hello.session = "5f3a9c0d12e4b678";
  hello.token = "s3cret";
  return hello;
}

Outbox::Waiting report(Outbox::Ticket ticket, std::int64_t seq = 0) {
  protocol::Report report;
  report.round = static_cast<std::int64_t>(ticket) * 10;
  report.energy_j.cpu_j = 0.1;
  report.metrics["accuracy"] = 0.5;
  return {ticket, seq, std::make_shared<const Outbox::Message>(report)};
}

Outbox::Waiting plan(Outbox::Ticket ticket) {
  return {ticket, 0, std::make_shared<const Outbox::Message>(protocol::RoundPlan{4, {"a", "b"}})};
}

// Ticket, number and round of each message.
using Seen = std::vector<std::tuple<Outbox::Ticket, std::int64_t, std::int64_t>>;
Seen seen(const SpoolContent& content) {
  Seen seen;
  for (const auto& each : content.left.waiting) {
    const auto* report = std::get_if<protocol::Report>(each.message.get());
    seen.emplace_back(each.ticket, each.seq, report ? report->round : -1);
  }
  return seen;
}

// A file with something of every kind, and what is left after each of its writes.
struct Example {
  std::string bytes;
  std::vector<std::size_t> ends;
  std::vector<Seen> after;

  Example() {
    write(encode_spool(hello(), {"r-1", 8, {report(3, 7), plan(4)}}), {{3, 7, 30}, {4, 0, -1}});
    write(changes([](auto& c) {
            c.put = {report(5), report(6), report(7)};
          }),
          {{3, 7, 30}, {4, 0, -1}, {5, 0, 50}, {6, 0, 60}, {7, 0, 70}});
    write(changes([](auto& c) {
            c.number = {{5, 8}};
          }),
          {{3, 7, 30}, {4, 0, -1}, {5, 8, 50}, {6, 0, 60}, {7, 0, 70}});
    write(changes([](auto& c) {
            c.gone = {{3, 4}, {6, 6}};
            c.put = {report(8)};
          }),
          {{5, 8, 50}, {7, 0, 70}, {8, 0, 80}});
    write(changes([](auto& c) { c.run_id = "r-2"; }), {{5, 0, 50}, {7, 0, 70}, {8, 0, 80}});
  }
  template <class Set>
  static std::string changes(Set set) {
    Outbox::Changes changes;
    set(changes);
    return encode_spool(changes);
  }
  void write(const std::string& more, Seen left) {
    bytes += more;
    ends.push_back(bytes.size());
    after.push_back(std::move(left));
  }
};

TEST(SpoolFormat, GivesBackWhatIsLeft) {
  const Example example;
  const auto content = decode_spool(example.bytes);
  ASSERT_TRUE(content);
  EXPECT_EQ(seen(*content), example.after.back());
  EXPECT_EQ(content->left.run_id, "r-2");
  EXPECT_EQ(content->torn_bytes + content->damaged_bytes, 0U);
  protocol::WorkerHello expected = hello();
  expected.token.clear();
  expected.run_id = "r-2";
  EXPECT_EQ(content->hello, expected);
  EXPECT_THAT(example.bytes, Not(HasSubstr("s3cret")));
  const auto message = content->left.waiting.front().numbered();
  EXPECT_EQ(std::get<protocol::Report>(message).energy_j.cpu_j, 0.1);
}

TEST(SpoolFormat, OfAFileThatEndsAnywhereAllWholeWritesAreThere) {
  const Example example;
  for (std::size_t size = 0; size < example.bytes.size(); ++size) {
    const auto content = decode_spool(std::string_view(example.bytes).substr(0, size));
    ASSERT_TRUE(content) << size;
    std::size_t whole = 0;
    while (whole < example.ends.size() && example.ends[whole] <= size) ++whole;
    EXPECT_EQ(seen(*content), whole == 0 ? Seen() : example.after[whole - 1]) << size;
    EXPECT_EQ(content->hello.has_value(), whole > 0) << size;
    EXPECT_EQ(content->damaged_bytes, 0U) << size;
    const std::size_t whole_bytes = whole == 0 ? 0 : example.ends[whole - 1];
    const std::size_t head = whole == 0 && size >= 8 ? 8 : 0;  // is no tail of anything
    EXPECT_EQ(content->torn_bytes, size - whole_bytes - head) << size;
  }
}

TEST(SpoolFormat, NoFlippedBitGoesUnnoticed) {
  const Example example;
  for (std::size_t bit = 0; bit < example.bytes.size() * 8; ++bit) {
    std::string bytes = example.bytes;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto content = decode_spool(bytes);
    if (!content) {
      EXPECT_LT(bit, 8U * 8) << "only a head that is not ours makes it none";
      continue;
    }
    EXPECT_GT(content->torn_bytes + content->damaged_bytes, 0U) << bit;
    for (const auto& [ticket, seq, round] : seen(*content)) {
      EXPECT_TRUE(ticket >= 3 && ticket <= 8) << bit;
      EXPECT_TRUE(round == -1 || round == static_cast<std::int64_t>(ticket) * 10) << bit;
    }
  }
}

TEST(SpoolFormat, WhatIsBehindDamageIsStillRead) {
  const Example example;
  std::string bytes = example.bytes;
  bytes[example.ends[0] + 20] ^= 1;  // in the second write
  const auto content = decode_spool(bytes);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->damaged_bytes, example.ends[1] - example.ends[0]);
  EXPECT_EQ(seen(*content), (Seen{{8, 0, 80}})) << "3 and 4 have gone, so they must not come back";
}

TEST(SpoolFormat, AZeroedEndIsATornOne) {  // as some file systems leave it after a power cut
  const Example example;
  const auto content = decode_spool(example.bytes + std::string(4'096, '\0'));
  ASSERT_TRUE(content);
  EXPECT_EQ(seen(*content), example.after.back());
}

TEST(SpoolFormat, AnotherVersionAndAForeignFileAreLeftAlone) {
  std::string newer = Example().bytes;
  newer[7] = '2';
  EXPECT_THAT(decode_spool(newer).error(), HasSubstr("another version"));
  EXPECT_THAT(decode_spool("{\"type\":\"hello\"}").error(), HasSubstr("no spool"));
}

TEST(SpoolFormat, LengthsThatPointAnywhereAreHarmless) {
  const Example example;
  for (const char byte : {'\x00', '\x01', '\x7f', '\xff'}) {
    std::string bytes = example.bytes.substr(0, example.ends[0]);
    bytes += std::string(64, byte);
    const auto content = decode_spool(bytes);
    ASSERT_TRUE(content);
    EXPECT_EQ(seen(*content), example.after[0]);
  }
}

}  // namespace
}  // namespace fedwatt::session
