#include "fedwatt/hub/viewer_desk.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "fedwatt/hub/patience.h"
#include "fedwatt/hub/version.h"
#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/policy_text.h"
#include "fedwatt/run/policy_set.h"

namespace fedwatt::hub {
namespace {

using protocol::CommandOutcome;
using protocol::CommandStatus;
using protocol::HubToViewer;
using protocol::RunView;

constexpr std::size_t kMostSubscriptions = 1'000;

}  // namespace

ViewerDesk::ViewerDesk(Runs& runs, Editions& editions, CommitCycle& cycle, net::Peers& peers,
                       net::Timers& timers, IntensityWatch& watch)
    : runs_(runs),
      editions_(editions),
      cycle_(cycle),
      peers_(peers),
      timers_(timers),
      watch_(watch) {}

void ViewerDesk::opened(net::ConnectionId connection, const std::string& address) {
  sessions_[connection].address = address;
  timers_.after(kHelloWithin, [this, connection] {
    const auto* session = find(connection);
    if (!session || session->greeted) return;
    peers_.close(connection, protocol::kCloseNoHello, "no hello in time");
  });
}

void ViewerDesk::closed(net::ConnectionId connection) { sessions_.erase(connection); }

ViewerDesk::Session* ViewerDesk::find(net::ConnectionId connection) {
  const auto found = sessions_.find(connection);
  return found == sessions_.end() ? nullptr : &found->second;
}

void ViewerDesk::received(net::ConnectionId connection, std::string_view frame) {
  Session* session = find(connection);
  if (!session) return;
  for (auto& decoded : protocol::decode_viewer_frame(frame)) {
    if (!decoded) {
      fail(connection, *session, std::move(decoded.error()));
      continue;
    }
    const bool is_hello = std::holds_alternative<protocol::ViewerHello>(*decoded);
    if (is_hello && session->greeted) {
      fail(connection, *session, {"already_greeted", "this connection has said hello", {}, {}});
    } else if (!is_hello && !session->greeted) {
      fail(connection, *session, {"no_hello", "say hello before anything else", {}, {}});
    } else {
      std::visit([&](auto& message) { handle(connection, *session, message); }, *decoded);
    }
  }
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::ViewerHello& hello) {
  session.greeted = true;
  session.name = hello.name.empty() ? "anonymous" : hello.name;
  const protocol::ViewerWelcome welcome{kHubVersion, timers_.now()};
  peers_.send({connection}, protocol::encode(HubToViewer{welcome}));
}

// ---- subscriptions ------------------------------------------------------------------------------

std::optional<protocol::Subscribe::Detail> ViewerDesk::Session::detail_of(run::Run* run) const {
  const auto own = runs.find(run);
  if (own == runs.end()) return all_runs;
  return all_runs == Detail::kFull ? Detail::kFull : own->second;
}

void ViewerDesk::catch_up(run::Run& run, Detail detail, std::optional<std::int64_t> since,
                          std::vector<std::string>& messages) {
  if (detail == Detail::kSummary) {
    messages.push_back(protocol::encode(HubToViewer{run.view()}));
  } else if (since && run.remembers(*since)) {
    for (const auto& change : run.changed_since(*since)) {
      messages.push_back(protocol::encode(change));
    }
  } else {
    messages.push_back(protocol::encode(HubToViewer{run.snapshot()}));
  }
}

Delivery ViewerDesk::deliver(net::ConnectionId connection,
                             const std::vector<std::string>& messages) {
  return [this, connection, frame = protocol::make_frame({messages.begin(), messages.end()})] {
    peers_.send({connection}, frame);
  };
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Subscribe& subscribe) {
  const bool all = subscribe.run == "*";
  run::Run* const named = all ? nullptr : runs_.resolve(subscribe.run);
  if (!all && !named) {
    return fail(connection, session,
                {"unknown_run",
                 "no run is called " + subscribe.run + "; runs: " + runs_.some_names(),
                 {},
                 {}});
  }
  if (session.runs.size() >= kMostSubscriptions) {
    return fail(connection, session, {"too_many", "too many subscriptions", {}, {}});
  }
  cycle_.read([this, connection, all, named, subscribe]() -> Delivery {
    Session* viewer = find(connection);
    if (!viewer) return [] {};
    std::vector<std::string> messages;
    if (all) {
      viewer->all_runs = subscribe.detail;
      for (const auto& run : runs_.all()) {
        const auto detail = run->ended() ? Detail::kSummary : subscribe.detail;
        catch_up(*run, detail, {}, messages);
      }
    } else {
      viewer->runs[named] = subscribe.detail;
      catch_up(*named, subscribe.detail, subscribe.since, messages);
    }
    return deliver(connection, messages);
  });
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Unsubscribe& unsubscribe) {
  if (unsubscribe.run == "*") {
    session.all_runs.reset();
  } else if (run::Run* run = runs_.resolve(unsubscribe.run)) {
    session.runs.erase(run);
  } else {
    fail(connection, session, {"unknown_run", "no run is called " + unsubscribe.run, {}, {}});
  }
}

// ---- news ---------------------------------------------------------------------------------------

void ViewerDesk::start() {
  for (const auto& run : runs_.all()) published_[run.get()] = run->offset();
}

ViewerDesk::News ViewerDesk::news_of(run::Run& run) {
  const auto changes = run.changed_since(std::exchange(published_[&run], run.offset()));
  News news{&run, {}, {}, {}};
  news.all.reserve(changes.size());  // views into it must stay
  for (const auto& change : changes) {
    const std::string& message = news.all.emplace_back(protocol::encode(change));
    if (std::holds_alternative<RunView>(change)) news.summary = message;
    if (const auto* status = std::get_if<CommandStatus>(&change)) {
      news.commands[status->id] = {message, status->outcome == CommandOutcome::kPending};
    }
  }
  return news;
}

// What a viewer gets of the news: as much as it subscribed to, and the fate of its own commands.
void ViewerDesk::add_share(Session& session, const News& news,
                           std::vector<std::string_view>& share) {
  const auto detail = session.detail_of(news.run);
  if (detail == Detail::kFull) {
    share.insert(share.end(), news.all.begin(), news.all.end());
  } else if (detail == Detail::kSummary) {
    share.push_back(news.summary);
  }
  for (const auto& [id, status] : news.commands) {
    const auto own = session.commands.find({news.run, id});
    if (own == session.commands.end()) continue;
    if (detail != Detail::kFull) share.push_back(status.message);
    if (!status.pending) session.commands.erase(own);
  }
}

Delivery ViewerDesk::publish(const std::set<run::Run*>& changed) {
  std::unordered_map<net::ConnectionId, std::vector<std::string_view>> shares;
  std::deque<News> news_of_all;  // the shares are views into it
  for (run::Run* run : changed) {
    const auto before = published_[run];
    const News& news = news_of_all.emplace_back(news_of(*run));
    for (auto& [connection, session] : sessions_) {
      if (peers_.behind(connection) && session.detail_of(run)) {
        session.missed_since.try_emplace(run, before);
      } else {
        add_share(session, news, shares[connection]);
      }
    }
  }
  // Viewers with the same share get the same frame, so the views are compared by what they point
  // at and never by content.
  const auto earlier_text = [](std::string_view a, std::string_view b) {
    return a.data() < b.data();
  };
  const auto by_text = [&](const auto& a, const auto& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), earlier_text);
  };
  std::map<std::vector<std::string_view>, std::vector<net::ConnectionId>, decltype(by_text)>
      audiences(by_text);
  for (auto& [connection, share] : shares) {
    if (!share.empty()) audiences[std::move(share)].push_back(connection);
  }
  std::vector<std::pair<std::vector<net::ConnectionId>, std::string>> frames;
  frames.reserve(audiences.size());
  for (auto& [share, connections] : audiences) {
    frames.emplace_back(std::move(connections), protocol::make_frame(share));
  }
  return [this, frames = std::move(frames)] {
    for (const auto& [connections, frame] : frames) peers_.send(connections, frame);
  };
}

void ViewerDesk::drained(net::ConnectionId connection) {
  cycle_.read([this, connection]() -> Delivery {
    Session* session = find(connection);
    if (!session) return [] {};
    std::vector<std::string> messages;
    for (const auto& [run, since] : std::exchange(session->missed_since, {})) {
      if (const auto detail = session->detail_of(run)) catch_up(*run, *detail, since, messages);
    }
    if (messages.empty()) return [] {};
    return deliver(connection, messages);
  });
}

// ---- commands -----------------------------------------------------------------------------------

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Command& command) {
  run::Run* const run = runs_.resolve(command.run);
  if (!run) {
    return fail(connection, session,
                {"unknown_run",
                 "no run is called " + command.run + "; runs: " + runs_.some_names(),
                 {},
                 command.id});
  }
  const auto* const known = run->control().find(command.id);
  if (known && known->command == command) {
    // Sent again: the answer got lost, not the command.
    cycle_.read([this, connection, run, id = command.id]() -> Delivery {
      CommandStatus status = run->control().find(id)->status;
      status.run_id = run->run_id();
      return deliver(connection, {protocol::encode(HubToViewer{status})});
    });
    session.commands.emplace(run, command.id);
    return;
  }
  run::Event event = run::CommandIssued{command, session.name};
  if (auto error = run->refuse(event)) return fail(connection, session, std::move(*error));
  session.errors_in_a_row = 0;
  session.commands.emplace(run, command.id);
  spdlog::info("run {}: {} ordered by {} ({})", run->run_id(), protocol::name_of(command.action),
               session.name, command.reason);
  runs_.record(*run, std::move(event), timers_.now());
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::SetPolicies& set) {
  run::Run* const run = runs_.resolve(set.run);
  if (!run) {
    return fail(connection, session,
                {"unknown_run",
                 "no run is called " + set.run + "; runs: " + runs_.some_names(),
                 {},
                 set.id});
  }
  const auto policies = run::merged(run->policies(), set.policies, set.remove);
  const bool hands_back = set.hand_back && run->outranked();
  if (hands_back || policies != run->policies()) {
    run::Event event = run::PoliciesChanged{policies, set.hand_back, session.name, set.reason};
    if (auto error = run->refuse(event)) {
      error->id = set.id;
      return fail(connection, session, std::move(*error));
    }
    spdlog::info("run {}: policies set by {} to [{}]{} ({})", run->run_id(), session.name,
                 protocol::policy_text(policies), hands_back ? ", handed back" : "", set.reason);
    runs_.record(*run, std::move(event), timers_.now());
    watch_.look_at(*run);
  }
  session.errors_in_a_row = 0;
  cycle_.read([this, connection, run, id = set.id]() -> Delivery {
    const protocol::PoliciesSet answer{id, run->run_id(), run->offset(), run->policies(),
                                       run->overruled_by()};
    return deliver(connection, {protocol::encode(HubToViewer{answer})});
  });
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Recompute& recompute) {
  // The edition is made all the same if the viewer goes away meanwhile.
  editions_.make(std::move(recompute), session.name, [this, connection](const auto& result) {
    Session* const viewer = find(connection);
    if (!viewer) return;
    if (!result) return fail(connection, *viewer, result.error());
    viewer->errors_in_a_row = 0;
    peers_.send({connection}, protocol::encode(HubToViewer{*result}));
  });
}

void ViewerDesk::fail(net::ConnectionId connection, Session& session, protocol::Error error) {
  spdlog::debug("viewer {} at {}: {}: {}", session.name, session.address, error.code,
                error.message);
  peers_.send({connection}, protocol::encode(HubToViewer{std::move(error)}));
  if (++session.errors_in_a_row < kMostErrorsInARow && !peers_.behind(connection)) return;
  peers_.close(connection, protocol::kCloseBadMessages, "error after error");
}

}  // namespace fedwatt::hub
