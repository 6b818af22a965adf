#include "app/conversation.h"

#include <gmock/gmock.h>

#include "fedwatt/protocol/codec.h"
#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using protocol::Subscribe;
using protocol::ViewerMessage;
using testing::ElementsAre;
using testing::IsEmpty;

const ViewerMessage kHello = protocol::ViewerHello{"anna@lab", ""};
const ViewerMessage kList = Subscribe{"*", std::nullopt, Subscribe::Detail::kSummary};

ViewerMessage subscription(const std::string& run, std::optional<std::int64_t> since = {}) {
  return Subscribe{run, since, Subscribe::Detail::kFull};
}

class ConversationTest : public testing::Test {
 protected:
  std::vector<ViewerMessage> sent() { return std::exchange(sent_, {}); }

  ViewerModel model_{sample::at(0)};
  std::vector<ViewerMessage> sent_;
  Conversation conversation_{model_, "anna@lab",
                             [this](const ViewerMessage& message) { sent_.push_back(message); }};
};

TEST_F(ConversationTest, SaysNothingBeforeHello) {
  conversation_.list_runs();
  conversation_.follow({"digits"});
  EXPECT_THAT(sent(), IsEmpty());
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello, kList, subscription("digits")));
}

TEST_F(ConversationTest, GoesOnWithTheSameRunAfterAReconnect) {
  conversation_.connected();
  conversation_.follow({"fashion-mnist"});
  sent();
  model_.apply(sample::snapshot(), sample::at(1));  // its newest event has offset 118
  conversation_.disconnected();
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello, subscription("r-7f3a", 118)));
}

TEST_F(ConversationTest, AnotherRunIsFollowedInsteadOfTheOneBefore) {
  conversation_.connected();
  conversation_.follow({"a"});
  conversation_.follow({"b"});
  conversation_.follow({"b"});
  conversation_.follow({});
  conversation_.follow({});
  EXPECT_THAT(sent(), ElementsAre(kHello, subscription("a"), protocol::Unsubscribe{"a"},
                                  subscription("b"), protocol::Unsubscribe{"b"}));
}

TEST_F(ConversationTest, CommandsAreRepeatedUntilAnswered) {
  const protocol::Command command{"c-1", "digits", protocol::Action::kPause, std::nullopt, "why"};
  conversation_.give(command);
  EXPECT_THAT(sent(), IsEmpty());
  conversation_.connected();
  conversation_.disconnected();
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello, command, kHello, command));
  model_.apply(sample::command("c-1"), sample::at(1));
  conversation_.disconnected();
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello));
}

TEST_F(ConversationTest, AnEditionIsAskedForUntilItIsMade) {
  protocol::Recompute request;
  request.id = "e-1";
  request.run = "digits";
  conversation_.give(request);
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello, ViewerMessage(request)));
  protocol::Recomputed made;
  made.id = "e-1";
  model_.apply(made, sample::at(1));
  conversation_.disconnected();
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello));
}

TEST_F(ConversationTest, RefusedCommandsAreNotRepeated) {
  conversation_.give({"c-1", "digits", protocol::Action::kPause, std::nullopt, "why"});
  model_.apply(protocol::Error{"unknown_run", "no", std::nullopt, "c-1"}, sample::at(1));
  conversation_.connected();
  EXPECT_THAT(sent(), ElementsAre(kHello));
}

}  // namespace
}  // namespace fedwatt::viewer
