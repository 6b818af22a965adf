#include "federation.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fashion {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A worker that has begun to send, or should be reading, and makes no progress for so long is gone.
constexpr milliseconds kStallTimeout{10'000};
constexpr std::int64_t kNoRound = -1;

bool usable(const Update& update, std::size_t weight_count) {
  return update.weights.size() == weight_count && update.num_examples > 0 &&
         std::ranges::all_of(update.weights, [](float weight) { return std::isfinite(weight); });
}

}  // namespace

Federation::Federation(const Hyperparameters& hyperparameters, std::size_t weight_count, Log log)
    : hyperparameters_(hyperparameters), weight_count_(weight_count), log_(std::move(log)) {}

bool Federation::assemble(Listener listener, milliseconds timeout) {
  while (members_.size() < hyperparameters_.shards) {
    auto connection = listener.accept(timeout);
    if (!connection) return false;
    take_in(std::move(*connection));
  }
  return true;
}

void Federation::take_in(Connection connection) {
  connection.set_timeout(kStallTimeout);
  const auto message = connection.receive();
  const auto* join = message ? std::get_if<Join>(&*message) : nullptr;
  if (join == nullptr) {
    log_("somebody connected who is no worker of ours");
    return;
  }
  const bool taken = std::ranges::any_of(members_, [join](const Member& member) {
    return member.shard == join->shard || member.name == join->worker;
  });
  if (taken || join->shard >= hyperparameters_.shards) {
    const std::string reason =
        taken ? "its name or its shard is taken"
              : "there are only " + std::to_string(hyperparameters_.shards) + " shards, from 0";
    log_("turned " + join->worker + " away: " + reason);
    // If it has gone already, so much the better.
    static_cast<void>(connection.send(End{reason}));
    return;
  }
  if (!connection.send(Assignment{hyperparameters_})) return;
  const auto place = std::ranges::lower_bound(members_, join->shard, {}, &Member::shard);
  members_.insert(place, {join->worker, join->shard, std::move(connection), {}, {}, false});
  log_(join->worker + " has joined with shard " + std::to_string(join->shard));
}

std::vector<std::string> Federation::ready() const {
  std::vector<std::string> names;
  for (const Member& member : members_) {
    if (!member.busy_with) names.push_back(member.name);
  }
  return names;
}

void Federation::send_weights(std::int64_t round, const Weights& weights) {
  const Message message = Train{round, weights};
  for (Member& member : members_) {
    if (member.busy_with) continue;
    if (auto sent = member.connection.send(message); !sent) {
      drop(&member, sent.error());
      continue;
    }
    member.busy_with = round;
  }
  forget_the_gone();
}

bool Federation::wait_until_ready(milliseconds timeout) {
  receive_while([this] { return !members_.empty() && ready().empty(); }, kNoRound, timeout);
  return !ready().empty();
}

std::vector<LocalUpdate> Federation::collect_updates(std::int64_t round, milliseconds timeout) {
  const auto awaited = [round](const Member& member) { return member.busy_with == round; };
  receive_while([&] { return std::ranges::any_of(members_, awaited); }, round, timeout);
  std::vector<LocalUpdate> updates;
  for (Member& member : members_) {
    if (member.busy_with == round) {
      log_(member.name + " is late: round " + std::to_string(round) + " goes on without it");
    }
    if (member.update) updates.push_back(std::move(*member.update));
    member.update.reset();
  }
  return updates;
}

void Federation::receive_while(const std::function<bool()>& wanting, std::int64_t round,
                               milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (wanting()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return;
    std::vector<int> descriptors;
    for (const Member& member : members_) descriptors.push_back(member.connection.descriptor());
    for (const std::size_t i : wait_readable(descriptors, left)) {
      receive_from(&members_[i], round);
    }
    forget_the_gone();
  }
}

void Federation::receive_from(Member* member, std::int64_t round) {
  auto message = member->connection.receive();
  if (!message) {
    drop(member, message.error());
    return;
  }
  auto* update = std::get_if<Update>(&*message);
  if (update == nullptr || update->round != member->busy_with || !usable(*update, weight_count_)) {
    drop(member, "sent something else than the weights it was asked for");
    return;
  }
  member->busy_with.reset();
  if (update->round == round) member->update = {update->num_examples, std::move(update->weights)};
}

void Federation::end(const std::string& reason) {
  for (Member& member : members_) {
    if (auto sent = member.connection.send(End{reason}); !sent) drop(&member, sent.error());
  }
  forget_the_gone();
}

void Federation::drop(Member* member, const std::string& why) {
  member->gone = true;
  log_(member->name + " " + why + ": the training goes on without it");
}

void Federation::forget_the_gone() {
  std::erase_if(members_, [](const Member& member) { return member.gone; });
}

}  // namespace fashion
