#include "federation.h"

#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fashion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto kNever = 60s;  // a test that waits for so long has failed

// A federation of models with two weights, and workers that are played by the test: what they send
// before the federation looks lies in the sockets' buffers, so that no thread is needed.
class FederationTest : public ::testing::Test {
 protected:
  static Hyperparameters shards(std::uint32_t count) {
    Hyperparameters h;
    h.shards = count;
    return h;
  }

  Connection join(const std::string& name, std::uint32_t shard) {
    auto connection = Connection::to(listener_->port());
    EXPECT_TRUE(connection);
    connection->set_timeout(kNever);
    EXPECT_TRUE(connection->send(Join{name, shard}));
    return std::move(*connection);
  }

  void assemble(std::uint32_t count) {
    federation_ = std::make_unique<Federation>(
        shards(count), 2, [this](const std::string& line) { log_.push_back(line); });
    ASSERT_TRUE(federation_->assemble(std::move(*listener_), kNever));
  }

  // Two workers, a with shard 0 and b with shard 1, who have their assignments.
  void assemble_two() {
    b_.emplace(join("b", 1));
    a_.emplace(join("a", 0));
    assemble(2);
    EXPECT_EQ(receive<Assignment>(*a_).hyperparameters, shards(2));
    EXPECT_EQ(receive<Assignment>(*b_).hyperparameters, shards(2));
  }

  template <typename MessageType>
  static MessageType receive(Connection& connection) {
    const auto message = connection.receive();
    const auto* wanted = message ? std::get_if<MessageType>(&*message) : nullptr;
    if (wanted == nullptr) ADD_FAILURE() << "not the message that was expected";
    return wanted ? *wanted : MessageType{};
  }

  tl::expected<Listener, std::string> listener_ = Listener::on(0);
  std::vector<std::string> log_;
  std::unique_ptr<Federation> federation_;
  std::optional<Connection> a_;
  std::optional<Connection> b_;
};

TEST_F(FederationTest, ARoundBringsTheUpdatesInTheOrderOfTheShards) {
  assemble_two();
  EXPECT_THAT(federation_->ready(), ElementsAre("a", "b"));
  federation_->send_weights(1, {1, 2});
  EXPECT_THAT(federation_->ready(), IsEmpty());
  EXPECT_EQ(receive<Train>(*a_), (Train{1, {1, 2}}));
  ASSERT_TRUE(b_->send(Update{1, 20, {5, 6}}));
  ASSERT_TRUE(a_->send(Update{1, 10, {3, 4}}));

  const auto updates = federation_->collect_updates(1, kNever);
  ASSERT_THAT(updates, SizeIs(2));
  EXPECT_EQ(updates[0].num_examples, 10);
  EXPECT_THAT(updates[0].weights, ElementsAre(3, 4));
  EXPECT_EQ(updates[1].num_examples, 20);
  EXPECT_THAT(federation_->ready(), ElementsAre("a", "b"));
}

TEST_F(FederationTest, ADeadWorkerDoesNotHoldTheRound) {
  assemble_two();
  federation_->send_weights(1, {1, 2});
  b_.reset();
  ASSERT_TRUE(a_->send(Update{1, 10, {3, 4}}));
  EXPECT_THAT(federation_->collect_updates(1, kNever), SizeIs(1));
  EXPECT_EQ(federation_->size(), 1U);
  EXPECT_THAT(log_, Contains(HasSubstr("b has gone")));
}

TEST_F(FederationTest, AllWorkersDeadIsAnEmptyFederation) {
  assemble_two();
  federation_->send_weights(1, {1, 2});
  a_.reset();
  b_.reset();
  EXPECT_THAT(federation_->collect_updates(1, kNever), IsEmpty());
  EXPECT_EQ(federation_->size(), 0U);
  EXPECT_FALSE(federation_->wait_until_ready(kNever));
}

TEST_F(FederationTest, ALateWorkerIsLeftOutAndItsAnswerThrownAway) {
  assemble_two();
  federation_->send_weights(1, {1, 2});
  ASSERT_TRUE(a_->send(Update{1, 10, {3, 4}}));
  EXPECT_THAT(federation_->collect_updates(1, 50ms), SizeIs(1));
  EXPECT_THAT(log_, Contains(HasSubstr("b is late")));
  EXPECT_THAT(federation_->ready(), ElementsAre("a"));

  federation_->send_weights(2, {1, 2});
  ASSERT_TRUE(b_->send(Update{1, 20, {5, 6}}));  // of round 1, in the middle of round 2
  ASSERT_TRUE(a_->send(Update{2, 10, {7, 8}}));
  const auto updates = federation_->collect_updates(2, kNever);
  ASSERT_THAT(updates, SizeIs(1));
  EXPECT_THAT(updates[0].weights, ElementsAre(7, 8));
  // b's answer may come to be read only after a's has closed the round.
  while (federation_->size() == 2 && federation_->ready().size() < 2) {
    federation_->send_weights(3, {1, 2});
    ASSERT_TRUE(a_->send(Update{3, 10, {7, 8}}));
    federation_->collect_updates(3, kNever);
  }
  EXPECT_THAT(federation_->ready(), ElementsAre("a", "b"));
}

TEST_F(FederationTest, WithEverybodyBusyItWaitsForTheFirst) {
  assemble_two();
  federation_->send_weights(1, {1, 2});
  EXPECT_FALSE(federation_->wait_until_ready(1ms));
  ASSERT_TRUE(b_->send(Update{1, 20, {5, 6}}));
  EXPECT_TRUE(federation_->wait_until_ready(kNever));
  EXPECT_THAT(federation_->ready(), ElementsAre("b"));
}

TEST_F(FederationTest, NonsenseDropsTheWorkerThatSentIt) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Message> nonsense{
      Update{1, 20, {5}},       // too few weights
      Update{1, 20, {5, nan}},  // a training that blew up
      Update{1, 0, {5, 6}},     // trained on nothing
      Update{2, 20, {5, 6}},    // a round it was not given
      Train{1, {5, 6}},         // no answer at all
  };
  for (const Message& message : nonsense) {
    listener_ = Listener::on(0);
    assemble_two();
    federation_->send_weights(1, {1, 2});
    ASSERT_TRUE(b_->send(message));
    ASSERT_TRUE(a_->send(Update{1, 10, {3, 4}}));
    EXPECT_THAT(federation_->collect_updates(1, kNever), SizeIs(1));
    EXPECT_THAT(federation_->ready(), ElementsAre("a"));
  }
}

TEST_F(FederationTest, WhoDoesNotBelongIsTurnedAwayWithAReason) {
  Connection stranger = join("c", 2);
  Connection a = join("a", 0);
  Connection a_again = join("a", 1);
  Connection same_shard = join("b", 0);
  Connection b = join("b", 1);
  assemble(2);
  EXPECT_THAT(receive<End>(stranger).reason, HasSubstr("only 2 shards"));
  EXPECT_THAT(receive<End>(a_again).reason, HasSubstr("taken"));
  EXPECT_THAT(receive<End>(same_shard).reason, HasSubstr("taken"));
  EXPECT_THAT(federation_->ready(), ElementsAre("a", "b"));
}

TEST_F(FederationTest, AMissingWorkerEndsTheWaiting) {
  Connection a = join("a", 0);
  Federation federation(shards(2), 2, [](const std::string&) {});
  EXPECT_FALSE(federation.assemble(std::move(*listener_), 50ms));
  EXPECT_EQ(federation.size(), 1U);
}

TEST_F(FederationTest, TheEndReachesEveryoneWithItsReason) {
  assemble_two();
  federation_->end("stopped");
  EXPECT_EQ(receive<End>(*a_).reason, "stopped");
  EXPECT_EQ(receive<End>(*b_).reason, "stopped");
}

}  // namespace
}  // namespace fashion
