#include "fedwatt/hub/tokens_watch.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace fedwatt::hub {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

TokensWatch::TokensWatch(std::string file, net::Timers& timers, Use use)
    : watched_(std::move(file)), timers_(timers), use_(std::move(use)) {}

void TokensWatch::start() { tick(); }

std::string TokensWatch::reload() {
  watched_.forget();
  look();
  return problem_;
}

void TokensWatch::tick() {
  look();
  timers_.after(kLookEvery, [this] { tick(); });
}

void TokensWatch::look() {
  const auto tokens = watched_.look();
  if (!tokens) {
    problem_ = tokens.error();
    spdlog::error("{}; the tokens that were read before stay in force", problem_);
  } else if (*tokens) {
    problem_.clear();
    spdlog::info("{} tokens read", (*tokens)->size());
    use_(**tokens);
  }
}

}  // namespace fedwatt::hub
