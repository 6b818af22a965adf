#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "link/hub_link.h"
#include "peer_process.h"

// What comes from the hub's end is not trusted either: whoever breaks RFC 6455 loses the
// connection, and the host process nothing.

namespace fedwatt::link {
namespace {

using fedwatt::testing::kDeadline;
using fedwatt::testing::PeerProcess;

struct Hostility {
  const char* name;
  int close_code;  // that the link answers with; 0: it has been told nothing, or is not asked
};

class HostileHub : public ::testing::TestWithParam<Hostility> {};

TEST_P(HostileHub, LosesTheConnectionAndTheNextOneIsTried) {
  PeerProcess hub("hostile_hub.py", {GetParam().name});
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<LinkDown> downs;
  std::vector<std::string> frames;
  HubLinkOptions options;
  options.url = hub.url();
  options.path = "/v1/worker";
  options.first_retry = options.longest_retry = std::chrono::milliseconds(10);
  HubLink link(options, {[] {},
                         [&](const LinkDown& down) {
                           const std::lock_guard lock(mutex);
                           downs.push_back(down);
                         },
                         [&](std::string_view frame) {
                           const std::lock_guard lock(mutex);
                           frames.emplace_back(frame);
                           changed.notify_all();
                         }});
  EXPECT_EQ(hub.next_line(), "refused " + std::to_string(GetParam().close_code));
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, kDeadline, [&] { return !frames.empty(); }));
  EXPECT_EQ(frames, std::vector<std::string>{"well"});
  ASSERT_FALSE(downs.empty());
  for (const auto& down : downs) EXPECT_FALSE(down.final) << down.reason;
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileHub,
    ::testing::Values(
        Hostility{"masked", 1002}, Hostility{"reserved bit", 1002}, Hostility{"compressed", 1002},
        Hostility{"unknown opcode", 1002}, Hostility{"unknown control opcode", 1002},
        Hostility{"long ping", 1002}, Hostility{"ping in fragments", 1002},
        Hostility{"no text", 1007}, Hostility{"no text at the start of what never ends", 1007},
        Hostility{"continuation of nothing", 1002}, Hostility{"text within a text", 1002},
        Hostility{"length not minimal", 1011},  // websocketpp's word for it
        Hostility{"half an exabyte", 1009}, Hostility{"negative length", 1009},
        Hostility{"endless fragments", 1009}, Hostility{"half a close code", 1002},
        Hostility{"reserved close code", 1002}, Hostility{"close reason that is no text", 1002},
        Hostility{"half a frame", 0}, Hostility{"wrong accept", 0}, Hostility{"no upgrade", 0},
        Hostility{"endless head", 0}, Hostility{"no HTTP", 0}),
    [](const auto& hostility) {
      std::string name = hostility.param.name;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

}  // namespace
}  // namespace fedwatt::link
