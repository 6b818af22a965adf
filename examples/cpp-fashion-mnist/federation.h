#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "learning/federated_average.h"
#include "learning/local_training.h"
#include "transport/connection.h"

namespace fashion {

// The coordinator's side of the exchange: the workers of a training, and who of them is busy. For
// one thread. A worker that goes, does not answer or sends nonsense is dropped with a line in the
// log, and the training goes on with the others.
class Federation {
 public:
  using Log = std::function<void(const std::string& line)>;

  Federation(const Hyperparameters& hyperparameters, std::size_t weight_count, Log log);

  // Takes workers in until every shard has one, and then turns everyone away. False: nobody new
  // came for `timeout`.
  bool assemble(Listener listener, std::chrono::milliseconds timeout);

  // Workers that are still there.
  std::size_t size() const { return members_.size(); }

  // Names of those that can be given a round: not still busy with an earlier one.
  std::vector<std::string> ready() const;

  // Waits for somebody to be ready, at most `timeout`. False: nobody is, or nobody is left.
  bool wait_until_ready(std::chrono::milliseconds timeout);

  // Gives the ready workers a round.
  void send_weights(std::int64_t round, const Weights& weights);

  // Waits for the answers to `round` from those it was given to, at most `timeout`, and returns
  // them in the order of the shards. Who is late is left out of the round, stays busy until its
  // answer has come, and the answer is thrown away.
  std::vector<LocalUpdate> collect_updates(std::int64_t round, std::chrono::milliseconds timeout);

  // Tells all workers that there are no more rounds, and why ("finished", "stopped").
  void end(const std::string& reason);

 private:
  struct Member {
    std::string name;
    std::uint32_t shard = 0;
    Connection connection;
    std::optional<std::int64_t> busy_with;  // a round
    std::optional<LocalUpdate> update;      // for the round that is being collected
    bool gone = false;
  };

  void take_in(Connection connection);
  void receive_while(const std::function<bool()>& wanting, std::int64_t round,
                     std::chrono::milliseconds timeout);
  void receive_from(Member* member, std::int64_t round);
  void drop(Member* member, const std::string& why);
  void forget_the_gone();

  const Hyperparameters hyperparameters_;
  const std::size_t weight_count_;
  const Log log_;
  std::vector<Member> members_;  // by rising shard
};

}  // namespace fashion
