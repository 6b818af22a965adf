#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fedwatt/hub/hub.h"

// The hub's surroundings under a test's control: a network that remembers what was sent, a clock
// that stands still, a store that commits when it is told to.

namespace fedwatt::hub {

using Json = nlohmann::json;

class FakePeers : public net::Peers {
 public:
  void send(const std::vector<net::ConnectionId>& to, std::string frame) override {
    for (const auto connection : to) frames[connection].push_back(frame);
  }
  void tell(std::vector<News> news, std::chrono::steady_clock::time_point) override {
    for (auto& each : news) send(each.to, std::move(each.frame));
  }
  bool resting() const override { return rests; }
  void close(net::ConnectionId connection, std::uint16_t code, std::string_view) override {
    closed[connection] = code;
  }
  void pause_reading(net::ConnectionId connection) override { paused.insert(connection); }
  void resume_reading(net::ConnectionId connection) override { paused.erase(connection); }
  bool behind(net::ConnectionId connection) const override {
    return behind_peers.count(connection) > 0;
  }
  Load load() const override { return {}; }

  // The messages sent since the last call, in order.
  std::vector<Json> take(net::ConnectionId connection) {
    std::vector<Json> messages;
    for (const auto& frame : frames[connection]) {
      const auto parsed = Json::parse(frame);
      if (parsed.is_array()) {
        messages.insert(messages.end(), parsed.begin(), parsed.end());
      } else {
        messages.push_back(parsed);
      }
    }
    frames[connection].clear();
    return messages;
  }
  std::vector<std::string> take_types(net::ConnectionId connection) {
    std::vector<std::string> types;
    for (const auto& message : take(connection)) types.push_back(message.at("type"));
    return types;
  }

  std::map<net::ConnectionId, std::vector<std::string>> frames;
  std::map<net::ConnectionId, std::uint16_t> closed;
  std::set<net::ConnectionId> paused;
  std::set<net::ConnectionId> behind_peers;
  bool rests = false;
};

class FakeTimers : public net::Timers {
 public:
  Time now() const override { return time; }
  void after(std::chrono::milliseconds delay, std::function<void()> task) override {
    tasks.emplace(time + delay, std::move(task));
  }
  // Lets time pass, and whatever falls due happen.
  void pass(std::chrono::milliseconds duration) {
    const Time end = time + duration;
    while (!tasks.empty() && tasks.begin()->first <= end) {
      auto task = tasks.extract(tasks.begin());
      time = task.key();
      task.mapped()();
    }
    time = end;
  }

  Time time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  std::multimap<Time, std::function<void()>> tasks;
};

class FakeCommitter : public store::Committer {
 public:
  void commit(std::shared_ptr<const store::Events> events, Done done) override {
    under_way = std::move(events);
    done_ = std::move(done);
    ++attempts;
  }
  void read(const std::string& run_id, std::int64_t after, std::size_t limit,
            std::function<void(Page)> done) override {
    if (read_error) return done(tl::unexpected(*read_error));
    store::Events page;
    for (const auto& event : stored) {
      if (event.run_id == run_id && event.offset > after && page.size() < limit) {
        page.push_back(event);
      }
    }
    done(page);
  }
  void check(Done done) override {
    ++checks;
    if (check_error) return done(tl::unexpected(*check_error));
    done({});
  }

  // The store's answer to the commit that is under way.
  void succeed() {
    stored.insert(stored.end(), under_way->begin(), under_way->end());
    finish({});
  }
  void fail(store::StoreError::Kind kind) {
    finish(tl::unexpected(store::StoreError{kind, "the disk is full"}));
  }
  void succeed_all() {
    while (under_way) succeed();
  }

  std::shared_ptr<const store::Events> under_way;
  store::Events stored;
  int attempts = 0;
  int checks = 0;
  std::optional<store::StoreError> read_error;   // what every read gives, if anything
  std::optional<store::StoreError> check_error;  // and every check

 private:
  void finish(tl::expected<void, store::StoreError> result) {
    under_way.reset();
    const auto done = std::move(done_);
    done(std::move(result));
  }
  Done done_;
};

}  // namespace fedwatt::hub
