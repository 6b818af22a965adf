#include <gtest/gtest.h>

#include <map>
#include <random>

#include "session/outbox.h"

// Whatever happens to the connection, what the hub has committed in the end is what was made, once.

namespace fedwatt::session {
namespace {

// A hub that commits what arrives, by (run, seq), and may lose any ack.
struct FakeHub {
  std::map<std::int64_t, std::int64_t> round_by_seq;  // committed
  std::int64_t last_on_connection = 0;

  std::int64_t last_seq() const { return round_by_seq.empty() ? 0 : round_by_seq.rbegin()->first; }
};

class OutboxProperty : public ::testing::TestWithParam<unsigned> {};

TEST_P(OutboxProperty, EveryReportIsCommittedExactlyOnceInOrder) {
  std::mt19937 random(GetParam());
  const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
  Outbox outbox({.messages = 1'000, .window = 8});
  FakeHub hub;
  bool connected = false;
  std::int64_t made = 0;

  const auto exchange = [&](bool reliable) {
    while (const auto next = outbox.next()) {
      const auto report = std::get<protocol::Report>(next->numbered());
      EXPECT_GT(report.seq, hub.last_on_connection) << "went back within a connection";
      hub.last_on_connection = report.seq;
      if (!reliable && chance(0.2)) {  // the connection broke under this frame
        outbox.disconnected();
        connected = false;
        return;
      }
      const auto [at, fresh] = hub.round_by_seq.emplace(report.seq, report.round);
      EXPECT_TRUE(fresh || at->second == report.round) << "one number for two reports";
      if (reliable || chance(0.5)) outbox.acknowledged(report.seq);
    }
  };
  const auto connect = [&] {
    outbox.welcomed("r", hub.last_seq());
    hub.last_on_connection = 0;
    connected = true;
  };

  for (int step = 0; step < 300; ++step) {
    if (chance(0.5)) {
      protocol::Report report;
      report.round = ++made;
      outbox.add(report);
    }
    if (!connected && chance(0.3)) connect();
    if (connected) exchange(false);
  }
  // Acks that were lost are made up for by the welcome of the next connection.
  connect();
  exchange(true);

  EXPECT_EQ(outbox.counts().acknowledged, static_cast<std::uint64_t>(made));
  ASSERT_EQ(hub.round_by_seq.size(), static_cast<std::size_t>(made));
  std::int64_t round = 0;
  for (const auto& [seq, committed_round] : hub.round_by_seq) {
    EXPECT_EQ(committed_round, ++round);
    EXPECT_EQ(seq, round);  // nothing was dropped, so no number was skipped
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutboxProperty, ::testing::Range(0U, 50U));

}  // namespace
}  // namespace fedwatt::session
