#include <gtest/gtest.h>

#include "directions.h"
#include "random_message.h"

// What must hold for every message. The seeds are fixed: a failure is found again by running again.

namespace fedwatt::protocol::test {
namespace {

constexpr int kMessages = 1000;

template <class Direction>
class Roundtrip : public ::testing::Test {
 protected:
  using Message = typename Direction::Message;
  std::mt19937_64 random_{20260101};
  Message random() { return random_message<Message>(random_); }
};
TYPED_TEST_SUITE(Roundtrip, Directions, DirectionNames);

TYPED_TEST(Roundtrip, WhatIsWrittenIsReadTheSame) {
  for (int i = 0; i < kMessages; ++i) {
    const auto message = this->random();
    const auto text = encode(message);
    const auto again = decode_one<TypeParam>(text);
    ASSERT_EQ(again, message) << text;
    ASSERT_EQ(encode(again), text);
  }
}

TYPED_TEST(Roundtrip, FramesKeepNumberAndOrder) {
  for (std::size_t length = 1; length < 40; ++length) {
    std::vector<typename TypeParam::Message> messages;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < length; ++i) {
      messages.push_back(this->random());
      texts.push_back(encode(messages.back()));
    }
    const auto decoded = TypeParam::decode(make_frame({texts.begin(), texts.end()}));
    ASSERT_EQ(decoded.size(), length);
    for (std::size_t i = 0; i < length; ++i) ASSERT_EQ(*decoded[i], messages[i]);
  }
}

// Whatever comes, nothing is thrown, and the answer is one that the peer can read.
TYPED_TEST(Roundtrip, DamagedFramesGiveErrorsThatCanBeSent) {
  for (int i = 0; i < kMessages; ++i) {
    auto text = encode(this->random());
    for (auto damage = 1 + this->random_() % 3; damage > 0; --damage) {
      const auto position = this->random_() % text.size();
      switch (this->random_() % 3) {
        case 0:
          text[position] = static_cast<char>(this->random_());
          break;
        case 1:
          text.erase(position, 1 + this->random_() % 8);
          break;
        default:
          text.insert(position, text.substr(this->random_() % text.size(), 8));
      }
      if (text.empty()) text = "x";
    }
    for (const auto& message : TypeParam::decode(text)) {
      if (message) {
        ASSERT_EQ(decode_one<TypeParam>(encode(*message)), *message) << text;
      } else {
        const auto& error = message.error();
        ASSERT_FALSE(error.message.empty());
        ASSERT_EQ(decode_one<HubToWorkerDirection>(encode(HubToWorker{error})), HubToWorker{error});
        ASSERT_EQ(decode_one<HubToViewerDirection>(encode(HubToViewer{error})), HubToViewer{error});
      }
    }
  }
}

}  // namespace
}  // namespace fedwatt::protocol::test
