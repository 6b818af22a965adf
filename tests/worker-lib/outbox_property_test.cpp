#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>
#include <vector>

#include "session/outbox.h"
#include "session/spool_format.h"

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

// What waits, as a copy has to have it.
std::vector<std::tuple<Outbox::Ticket, std::int64_t, Outbox::Message>> listed(
    const Outbox::Snapshot& snapshot) {
  std::vector<std::tuple<Outbox::Ticket, std::int64_t, Outbox::Message>> list;
  for (const auto& each : snapshot.waiting) {
    list.emplace_back(each.ticket, each.seq, *each.message);
  }
  return list;
}

TEST_P(OutboxProperty, ACopyThatFollowsHasWhatWaitsHoweverMuchIsFolded) {
  std::mt19937 random(GetParam());
  const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
  Outbox outbox({.messages = 6, .window = 3});
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "w";
  std::string spool = encode_spool(hello, outbox.snapshot());
  int runs = 0;
  std::int64_t round = 1;
  std::int64_t last_seq = 0;
  std::vector<std::int64_t> sent;

  for (int step = 0; step < 400; ++step) {
    if (chance(0.6)) {
      protocol::Report report;
      report.round = round += chance(0.2) ? 1 : 0;
      report.phase = chance(0.5) ? protocol::Phase::kFit : protocol::Phase::kIdle;
      report.energy_j.machine_j = 1;
      report.energy_source.machine = chance(0.7) ? "plug" : "other plug";
      if (chance(0.2)) report.metrics["accuracy"] = 0.5;
      outbox.add(report);
    }
    if (chance(0.05)) outbox.add(protocol::RoundPlan{round, {"w"}});
    if (chance(0.05)) outbox.disconnected();
    if (chance(0.05)) {
      if (chance(0.2)) {
        ++runs;
        last_seq = 0;
      }
      outbox.welcomed("r-" + std::to_string(runs), last_seq);
      sent.clear();
    }
    while (chance(0.3)) {
      const auto next = outbox.next();
      if (!next) break;
      if (next->seq > 0) sent.push_back(next->seq);
    }
    if (chance(0.1) && !sent.empty()) {
      last_seq = std::max(last_seq, sent.back());
      chance(0.8) ? outbox.acknowledged(sent.back()) : outbox.rejected(sent.back());
      sent.clear();
    }
    if (!chance(0.3)) continue;
    if (chance(0.1)) {
      spool = encode_spool(hello, outbox.snapshot());
    } else {
      spool += encode_spool(outbox.take_changes());
    }
    const auto copy = decode_spool(spool);
    ASSERT_TRUE(copy) << copy.error();
    Outbox twin = outbox;
    ASSERT_EQ(listed(copy->left), listed(twin.snapshot())) << "after step " << step;
  }
  EXPECT_GT(outbox.counts().folded, 20U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutboxProperty, ::testing::Range(0U, 50U));

}  // namespace
}  // namespace fedwatt::session
