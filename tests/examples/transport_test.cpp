#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "transport/connection.h"
#include "transport/messages.h"

namespace fashion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

std::vector<Message> one_of_each() {
  Hyperparameters h;
  h.rounds = 7;
  h.learning_rate = 0.125;
  h.seed = 1ULL << 40;
  return {Join{"worker-1", 2}, Assignment{h}, Train{3, {1.5F, -2.0F}}, Update{3, 520, {0.25F}},
          End{"stopped"}};
}

TEST(Messages, ComeBackAsTheyWere) {
  for (const Message& message : one_of_each()) {
    const auto decoded = decode(encode(message));
    ASSERT_TRUE(decoded) << decoded.error();
    EXPECT_TRUE(*decoded == message) << "kind " << message.index();
  }
}

TEST(Messages, CutAnywhereOrTooLongAreErrors) {
  for (const Message& message : one_of_each()) {
    Bytes bytes = encode(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_FALSE(
          decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length))))
          << "kind " << message.index() << " cut to " << length;
    }
    bytes.push_back(0);
    EXPECT_FALSE(decode(bytes)) << "kind " << message.index() << " with a byte more";
  }
}

TEST(Messages, OfAnUnknownKindAreErrors) {
  EXPECT_FALSE(decode({5}));
  EXPECT_FALSE(decode({255, 0, 0}));
}

TEST(Messages, AnAbsurdCountIsAnErrorAndTakesNoMemory) {
  // A Train (kind 2) with its round (8 bytes) and 2^32 - 1 weights, of which none follow.
  EXPECT_FALSE(decode({2, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255}));
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest()
      : listener_(std::move(*Listener::on(0))),
        worker_(std::move(*Connection::to(listener_.port()))),
        coordinator_(std::move(*listener_.accept(10s))) {}

  void send_raw(const Bytes& bytes) {
    ASSERT_EQ(::send(worker_.descriptor(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

  Listener listener_;
  Connection worker_;
  Connection coordinator_;
};

TEST_F(ConnectionTest, CarriesMessagesBothWaysInOrder) {
  for (const Message& message : one_of_each()) ASSERT_TRUE(worker_.send(message));
  for (const Message& message : one_of_each()) {
    const auto received = coordinator_.receive();
    ASSERT_TRUE(received) << received.error();
    EXPECT_TRUE(*received == message);
  }
  ASSERT_TRUE(coordinator_.send(End{"finished"}));
  const auto answer = worker_.receive();
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(std::get<End>(*answer).reason, "finished");
}

TEST_F(ConnectionTest, CountsItsBytes) {
  ASSERT_TRUE(worker_.send(End{"x"}));
  ASSERT_TRUE(coordinator_.receive());
  // 4 for the frame's length, 1 for the kind, 4 for the text's length, 1 for the text.
  EXPECT_EQ(worker_.traffic().bytes_sent, 10);
  EXPECT_EQ(worker_.traffic().bytes_received, 0);
  EXPECT_EQ(coordinator_.traffic().bytes_received, 10);
}

TEST_F(ConnectionTest, AFrameBeyondTheLimitIsRefusedBeforeItComes) {
  send_raw({1, 0, 0, 1});  // 2^24 + 1 bytes, little-endian
  const auto received = coordinator_.receive();
  ASSERT_FALSE(received);
  EXPECT_THAT(received.error(), StartsWith("sent a frame of 16777217 bytes"));
}

TEST_F(ConnectionTest, AFrameOfNothingIsAnError) {
  send_raw({0, 0, 0, 0});
  const auto received = coordinator_.receive();
  ASSERT_FALSE(received);
  EXPECT_THAT(received.error(), HasSubstr("unknown kind"));
}

TEST_F(ConnectionTest, APeerThatDiesWithinAFrameHasGone) {
  send_raw({9, 0, 0, 0, 4});
  ::shutdown(worker_.descriptor(), SHUT_WR);
  const auto received = coordinator_.receive();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error(), "has gone");
}

TEST_F(ConnectionTest, APeerThatStallsWithinAFrameIsGivenUp) {
  coordinator_.set_timeout(50ms);
  send_raw({9, 0, 0, 0, 4});
  const auto received = coordinator_.receive();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error(), "does not answer");
}

TEST_F(ConnectionTest, APeerThatReadsNothingIsGivenUp) {
  coordinator_.set_timeout(50ms);
  const Message large = Train{1, Weights(1'000'000)};
  tl::expected<void, std::string> sent;
  for (int i = 0; i < 100 && sent; ++i) sent = coordinator_.send(large);  // 400 MB at most
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), "does not answer");
}

TEST_F(ConnectionTest, WaitingTellsWhoCanBeRead) {
  auto second = Connection::to(listener_.port());
  auto quiet = listener_.accept(10s);
  ASSERT_TRUE(quiet);
  EXPECT_THAT(wait_readable({quiet->descriptor(), coordinator_.descriptor()}, 0ms), ElementsAre());
  ASSERT_TRUE(worker_.send(End{"x"}));
  EXPECT_THAT(wait_readable({quiet->descriptor(), coordinator_.descriptor()}, 10s), ElementsAre(1));
}

TEST(Listener, NobodyComing) {
  auto listener = Listener::on(0);
  ASSERT_TRUE(listener) << listener.error();
  EXPECT_FALSE(listener->accept(1ms));
}

TEST(Listener, ATakenPortIsNamed) {
  auto first = Listener::on(0);
  ASSERT_TRUE(first) << first.error();
  const auto second = Listener::on(first->port());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr(std::to_string(first->port())));
}

}  // namespace
}  // namespace fashion
