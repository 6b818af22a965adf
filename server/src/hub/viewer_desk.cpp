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
using protocol::Error;
using protocol::HubToViewer;
using protocol::RunView;

constexpr std::size_t kMostSubscriptions = 1'000;
constexpr int kMostRecomputations = 10;  // of one viewer at a time

// A leaky bucket of states told, each once for all viewers: 2,000 a second, the first ones of a
// burst at once. However many there were, nobody waits longer than kLongestRest.
constexpr std::chrono::microseconds kPerState{500};
constexpr std::chrono::milliseconds kBurst{50};
constexpr std::chrono::milliseconds kLongestRest{150};

}  // namespace

ViewerDesk::ViewerDesk(Runs& runs, Editions& editions, CommitCycle& cycle, Gate& gate,
                       net::Peers& peers, net::Timers& timers, IntensityWatch& watch)
    : runs_(runs),
      editions_(editions),
      cycle_(cycle),
      gate_(gate),
      peers_(peers),
      timers_(timers),
      watch_(watch),
      held_([this](auto connection, auto frame, auto first) {
        return handle_frame(connection, frame, first);
      }) {}

void ViewerDesk::opened(net::ConnectionId connection, const net::Peer& peer, HolderPtr holder) {
  sessions_[connection].address = peer.address;
  sessions_[connection].holder = std::move(holder);
  timers_.after(kHelloWithin, [this, connection] {
    const auto* session = find(connection);
    if (!session || session->greeted) return;
    peers_.close(connection, protocol::kCloseNoHello, "no hello in time");
  });
}

void ViewerDesk::closed(net::ConnectionId connection) {
  sessions_.erase(connection);
  held_.drop(connection);
}

ViewerDesk::Session* ViewerDesk::find(net::ConnectionId connection) {
  const auto found = sessions_.find(connection);
  return found == sessions_.end() ? nullptr : &found->second;
}

void ViewerDesk::received(net::ConnectionId connection, std::string_view frame) {
  const bool handled = held_.handle(connection, frame);
  const auto* session = find(connection);
  if (!session || (handled && session->requests.empty())) return;
  peers_.pause_reading(connection);
  answer(connection);
}

void ViewerDesk::go_on() {
  while (!cycle_.full()) {
    const auto connection = held_.handle_held();
    if (!connection) return;
    answer(*connection);
  }
}

std::optional<std::size_t> ViewerDesk::handle_frame(net::ConnectionId connection,
                                                    std::string_view frame, std::size_t first) {
  Session* session = find(connection);
  if (!session || (session->holder && session->holder->barred)) return std::nullopt;
  auto messages = protocol::decode_viewer_frame(frame);
  for (std::size_t i = first; i < messages.size(); ++i) {
    if (cycle_.full() && session->greeted) return i;
    auto& decoded = messages[i];
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
  return std::nullopt;
}

void ViewerDesk::answer(net::ConnectionId connection) {
  for (Session* viewer = find(connection); viewer; viewer = find(connection)) {
    if (viewer->answering || peers_.behind(connection)) return;
    if (viewer->requests.empty()) {
      if (!held_.holds(connection)) peers_.resume_reading(connection);
      return;
    }
    viewer->answering = true;
    const bool at_once = cycle_.settled();
    cycle_.read([this, connection, at_once]() -> CommitCycle::Answer {
      Session* const asker = find(connection);
      if (!asker || asker->holder->barred) return Delivery([] {});
      const auto messages = asker->requests.front()(*asker);
      asker->requests.pop_front();
      auto frame = messages.empty() ? "" : protocol::make_frame({messages.begin(), messages.end()});
      const auto bytes = frame.size();
      const auto deliver = [this, connection, at_once, frame = std::move(frame)] {
        Session* const answered = find(connection);
        if (!answered) return;
        answered->answering = false;
        if (!frame.empty()) peers_.send({connection}, frame);
        if (!at_once) answer(connection);
      };
      return {deliver, bytes};
    });
    if (!at_once) return;
  }
}

void ViewerDesk::tell(const protocol::StoreStatus& status) {
  std::vector<net::ConnectionId> connections;
  for (const auto& [connection, session] : sessions_) {
    if (session.greeted) connections.push_back(connection);
  }
  peers_.send(connections, protocol::encode(HubToViewer{status}));
}

std::size_t ViewerDesk::awaiting_answers() const {
  std::size_t count = 0;
  for (const auto& [connection, session] : sessions_) count += session.requests.empty() ? 0 : 1;
  return count;
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::ViewerHello& hello) {
  const auto holder = gate_.said_hello(connection, hello.token);
  if (!holder) {
    const Error& error = holder.error();
    fail(connection, session, error);
    return peers_.close(connection, close_code_of(error), error.message);
  }
  session.holder = *holder;
  session.visible.emplace(runs_, token_of(session.holder));
  session.greeted = true;
  session.name = session.holder->token.name;
  if (session.name.empty()) session.name = hello.name.empty() ? "anonymous" : hello.name;
  const protocol::ViewerWelcome welcome{kHubVersion, timers_.now(), insecure_};
  peers_.send({connection}, protocol::encode(HubToViewer{welcome}));
  if (cycle_.trouble().empty()) return;
  peers_.send({connection}, protocol::encode(HubToViewer{cycle_.status()}));
}

// ---- subscriptions ------------------------------------------------------------------------------

std::optional<protocol::Subscribe::Detail> ViewerDesk::Session::detail_of(run::Run* run) const {
  const auto own = runs.find(run);
  if (own == runs.end()) return all_runs && visible->include(*run) ? all_runs : std::nullopt;
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

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Subscribe& subscribe) {
  const bool all = subscribe.run == "*";
  run::Run* const named = all ? nullptr : session.visible->resolve(subscribe.run);
  if (!all && !named) return fail(connection, session, session.visible->unknown_run(subscribe.run));
  if (session.runs.size() + session.requests.size() >= kMostSubscriptions) {
    return fail(connection, session, {"too_many", "too many subscriptions", {}, {}});
  }
  session.requests.emplace_back(
      [this, named, wanted = subscribe.detail, since = subscribe.since](Session& viewer) {
        std::vector<std::string> messages;
        if (named) {
          viewer.runs[named] = wanted;
          catch_up(*named, wanted, since, messages);
          knows_untold(viewer, *named);
          return messages;
        }
        viewer.all_runs = wanted;
        for (run::Run* const run : viewer.visible->all()) {
          catch_up(*run, run->ended() ? Detail::kSummary : wanted, {}, messages);
          knows_untold(viewer, *run);
        }
        // Where there are no runs the answer is an empty frame all the same.
        if (messages.empty()) messages.emplace_back("[]");
        return messages;
      });
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Unsubscribe& unsubscribe) {
  // After what it asked for before this.
  if (unsubscribe.run == "*") {
    session.requests.emplace_back([](Session& viewer) {
      viewer.all_runs.reset();
      return std::vector<std::string>{};
    });
  } else if (run::Run* run = session.visible->resolve(unsubscribe.run)) {
    session.requests.emplace_back([run](Session& viewer) {
      viewer.runs.erase(run);
      return std::vector<std::string>{};
    });
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

// The fate of its own commands, for a viewer that is not told all of the run.
void ViewerDesk::add_commands(Session& session, const News& news, Share& share) {
  for (const auto& [id, status] : news.commands) {
    const auto own = session.commands.find({news.run, id});
    if (own == session.commands.end()) continue;
    if (session.detail_of(news.run) != Detail::kFull) share.commands.push_back(status.message);
    if (!status.pending) session.commands.erase(own);
  }
}

std::string ViewerDesk::frame_of(const Share& share) {
  std::vector<std::string_view> messages;
  for (const auto& [news, detail] : share.runs) {
    if (detail == Detail::kFull) {
      messages.insert(messages.end(), news->all.begin(), news->all.end());
    } else {
      messages.push_back(news->summary);
    }
  }
  messages.insert(messages.end(), share.commands.begin(), share.commands.end());
  return protocol::make_frame(messages);
}

// A viewer has just been shown a run as it is: what the others will be told of it is no news to it.
void ViewerDesk::knows_untold(Session& viewer, run::Run& run) {
  if (untold_.contains(&run)) viewer.missed_since[&run] = run.offset();
}

std::chrono::milliseconds ViewerDesk::rest() const {
  const auto rest =
      std::chrono::ceil<std::chrono::milliseconds>(telling_paid_ - kBurst - timers_.now());
  // Longer only where the clock was set back.
  return rest.count() < 0 || rest > kLongestRest ? std::chrono::milliseconds{0} : rest;
}

Delivery ViewerDesk::publish(std::set<run::Run*> changed) {
  untold_.merge(changed);
  if (untold_.empty()) return [] {};
  if (rest().count() == 0 && !peers_.resting()) return make_news();
  return [this] { tell_kept(); };
}

// Where there is more to commit, the next batch decides whether it is told.
void ViewerDesk::tell_kept() {
  if (untold_.empty() || !cycle_.settled() || peers_.resting()) return;
  if (rest().count() == 0) return make_news()();
  if (std::exchange(will_tell_, true)) return;
  timers_.after(rest(), [this] {
    will_tell_ = false;
    tell_kept();
  });
}

Delivery ViewerDesk::make_news() {
  const auto begun = std::chrono::steady_clock::now();
  std::deque<News> news_of_all;  // the shares point into it
  Audiences<std::vector<Missed>> late;
  std::unordered_map<net::ConnectionId, Share> shares;
  for (run::Run* run : std::exchange(untold_, {})) {
    const auto before = published_[run];
    const News& news = news_of_all.emplace_back(news_of(*run));
    for (auto& [connection, session] : sessions_) {
      const auto detail = session.detail_of(run);
      if (detail && peers_.behind(connection)) {
        session.missed_since.try_emplace(run, before);
        continue;
      }
      Share& share = shares[connection];
      if (session.missed_since.contains(run)) {
        late[take_missed(session)].push_back(connection);
      } else if (detail) {
        share.runs.emplace_back(&news, *detail);
      }
      add_commands(session, news, share);
    }
  }
  const decltype(telling_paid_) now = timers_.now();
  telling_paid_ = std::max(telling_paid_, now);
  for (const auto& news : news_of_all) telling_paid_ += kPerState * news.all.size();
  telling_paid_ = std::min<decltype(telling_paid_)>(telling_paid_, now + kBurst + kLongestRest);
  auto told = news_for(late);
  Audiences<Share> audiences;
  for (auto& [connection, share] : shares) {
    if (!share.empty()) audiences[std::move(share)].push_back(connection);
  }
  for (auto& [share, connections] : audiences) {
    told.push_back({std::move(connections), frame_of(share)});
  }
  return [this, begun, told = std::move(told)]() mutable { peers_.tell(std::move(told), begun); };
}

// What a viewer was not told of; from now on it counts as told.
std::vector<ViewerDesk::Missed> ViewerDesk::take_missed(Session& session) {
  std::vector<Missed> missed;
  for (const auto& [run, since] : std::exchange(session.missed_since, {})) {
    if (const auto detail = session.detail_of(run)) missed.push_back({run, *detail, since});
  }
  return missed;
}

// In its newest state; once for all viewers that missed the same.
std::vector<net::Peers::News> ViewerDesk::news_for(const Audiences<std::vector<Missed>>& all) {
  std::vector<net::Peers::News> news;
  for (const auto& [missed, connections] : all) {
    std::vector<std::string> messages;
    for (const auto& [run, detail, since] : missed) catch_up(*run, detail, since, messages);
    if (messages.empty()) continue;
    news.push_back({connections, protocol::make_frame({messages.begin(), messages.end()})});
  }
  return news;
}

void ViewerDesk::drained(net::ConnectionId connection) {
  drained_.push_back(connection);
  if (drained_.size() == 1) cycle_.read([this] { return catch_up_drained(); });
}

// All that have read by now, so that what many have missed is made once.
CommitCycle::Answer ViewerDesk::catch_up_drained() {
  const auto connections = std::exchange(drained_, {});
  Audiences<std::vector<Missed>> audiences;
  for (const auto connection : connections) {
    if (Session* session = find(connection)) {
      audiences[take_missed(*session)].push_back(connection);
    }
  }
  auto news = news_for(audiences);
  std::size_t bytes = 0;
  for (const auto& each : news) bytes += each.frame.size();
  const auto deliver = [this, connections, news = std::move(news)] {
    for (const auto& [to, frame] : news) peers_.send(to, frame);
    for (const auto connection : connections) answer(connection);
  };
  return {deliver, bytes};
}

// ---- commands -----------------------------------------------------------------------------------

tl::expected<run::Run*, Error> ViewerDesk::run_for(const Session& session, access::Action action,
                                                   const std::string& name_or_id,
                                                   const std::optional<std::string>& id) {
  if (auto error = session.holder->refuse(action, id)) return tl::unexpected(std::move(*error));
  if (run::Run* const run = session.visible->resolve(name_or_id)) return run;
  return tl::unexpected(session.visible->unknown_run(name_or_id, id));
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Command& command) {
  const auto found = run_for(session, access::Action::kCommand, command.run, command.id);
  if (!found) return fail(connection, session, found.error());
  run::Run* const run = *found;
  const auto* const known = run->control().find(command.id);
  if (known && known->command == command) {
    // Sent again: the answer got lost, not the command.
    session.requests.emplace_back([run, id = command.id](Session&) {
      CommandStatus status = run->control().find(id)->status;
      status.run_id = run->run_id();
      return std::vector{protocol::encode(HubToViewer{status})};
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
  const auto found = run_for(session, access::Action::kCommand, set.run, set.id);
  if (!found) return fail(connection, session, found.error());
  run::Run* const run = *found;
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
  session.requests.emplace_back([run, id = set.id](Session&) {
    const protocol::PoliciesSet answer{id, run->run_id(), run->offset(), run->policies(),
                                       run->overruled_by()};
    return std::vector{protocol::encode(HubToViewer{answer})};
  });
}

void ViewerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::Recompute& recompute) {
  const auto found = run_for(session, access::Action::kCommand, recompute.run, recompute.id);
  if (!found) return fail(connection, session, found.error());
  if (session.recomputations >= kMostRecomputations) {
    return fail(connection, session,
                {"too_many", "too many of your requests are being worked on", {}, recompute.id});
  }
  ++session.recomputations;
  // The edition is made all the same if the viewer goes away meanwhile.
  editions_.make(std::move(recompute), session.name, [this, connection](const auto& result) {
    Session* const viewer = find(connection);
    if (!viewer) return;
    --viewer->recomputations;
    if (!result) return fail(connection, *viewer, result.error());
    viewer->errors_in_a_row = 0;
    peers_.send({connection}, protocol::encode(HubToViewer{*result}));
  });
}

void ViewerDesk::fail(net::ConnectionId connection, Session& session, protocol::Error error) {
  spdlog::debug("viewer {} at {}: {}: {}", session.name, session.address, error.code,
                error.message);
  ++refusals_[error.code];
  peers_.send({connection}, protocol::encode(HubToViewer{std::move(error)}));
  if (++session.errors_in_a_row < kMostErrorsInARow && !peers_.behind(connection)) return;
  peers_.close(connection, protocol::kCloseBadMessages, "error after error");
}

}  // namespace fedwatt::hub
