#include "fedwatt/hub/worker_desk.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "fedwatt/hub/appraisal.h"
#include "fedwatt/hub/log.h"
#include "fedwatt/hub/patience.h"
#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/policy_text.h"
#include "fedwatt/run/policy_set.h"

namespace fedwatt::hub {

using protocol::Error;

namespace {

Error not_allowed(const access::Token& token, const std::string& why) {
  return {"not_allowed", "the token of " + token.name + " " + why, {}, {}};
}

// What a worker says of itself has to be what its token says.
std::optional<Error> refuse_hello(const access::Token& token, const protocol::WorkerHello& hello) {
  if (!token.runs.include(hello.run)) {
    return not_allowed(token, "is for the runs " + token.runs.in_words() + ", not " + hello.run);
  }
  if (token.role == access::Role::kAdmin) return std::nullopt;
  if (!token.workers.include(hello.worker)) {
    return not_allowed(token, "may report as " + token.workers.in_words() + ", not as " +
                                  hello.worker + ": token add has --worker");
  }
  if (hello.role == protocol::Role::kCoordinator && !token.coordinates) {
    return not_allowed(token, "may not coordinate: token add has --coordinator");
  }
  return std::nullopt;
}

}  // namespace

WorkerDesk::WorkerDesk(Runs& runs, CommitCycle& cycle, Gate& gate, net::Peers& peers,
                       net::Timers& timers, const RunDefaults& defaults, IntensityWatch& watch)
    : runs_(runs),
      cycle_(cycle),
      gate_(gate),
      peers_(peers),
      timers_(timers),
      defaults_(defaults),
      watch_(watch),
      held_([this](auto connection, auto frame, auto first) {
        return handle_frame(connection, frame, first);
      }) {}

void WorkerDesk::opened(net::ConnectionId connection, const net::Peer& peer, HolderPtr holder) {
  sessions_[connection].address = peer.address;
  sessions_[connection].holder = std::move(holder);
  timers_.after(kHelloWithin, [this, connection] {
    const auto session = sessions_.find(connection);
    if (session == sessions_.end() || session->second.run) return;
    peers_.close(connection, protocol::kCloseNoHello, "no hello in time");
  });
}

void WorkerDesk::received(net::ConnectionId connection, std::string_view frame) {
  if (!held_.handle(connection, frame)) peers_.pause_reading(connection);
}

void WorkerDesk::go_on() {
  while (!cycle_.full()) {
    const auto connection = held_.handle_held();
    if (!connection) return;
    if (!held_.holds(*connection)) peers_.resume_reading(*connection);
  }
}

std::optional<std::size_t> WorkerDesk::handle_frame(net::ConnectionId connection,
                                                    std::string_view frame, std::size_t first) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return std::nullopt;
  Session& session = found->second;
  if (session.holder && session.holder->barred) return std::nullopt;
  const LogContext run("run", session.run ? std::string_view(session.run->run_id()) : "");
  const LogContext worker("worker", session.run ? std::string_view(session.worker) : "");
  if (cycle_.full() && session.run) return first;
  if (cycle_.full()) {
    peers_.close(connection, protocol::kCloseOverloaded, "the store cannot keep up");
    return std::nullopt;
  }
  auto messages = protocol::decode_worker_frame(frame);
  if (first == 0) {
    const auto is_report = [](const auto& each) {
      return each && std::holds_alternative<protocol::Report>(*each);
    };
    charge(connection, session,
           static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(), is_report)));
  }
  for (std::size_t i = first; i < messages.size(); ++i) {
    if (session.left) return std::nullopt;
    if (cycle_.full()) return i;
    auto& decoded = messages[i];
    if (!decoded) {
      fail(connection, session, std::move(decoded.error()));
      continue;
    }
    const bool is_hello = std::holds_alternative<protocol::WorkerHello>(*decoded);
    if (is_hello && session.run) {
      fail(connection, session,
           {"already_greeted", "this connection has said hello as " + session.worker, {}, {}});
    } else if (!is_hello && !session.run) {
      fail(connection, session, {"no_hello", "say hello before anything else", {}, {}});
    } else {
      std::visit([&](auto& message) { handle(connection, session, message); }, *decoded);
    }
  }
  return std::nullopt;
}

void WorkerDesk::charge(net::ConnectionId connection, Session& session, std::size_t reports) {
  if (reports == 0 || !session.holder) return;
  const auto wait = session.holder->reports.take(static_cast<double>(reports), timers_.now());
  if (wait.count() == 0) return;
  ++counts_.held_back;
  peers_.pause_reading(connection);
  timers_.after(wait, [this, connection] {
    if (!held_.holds(connection)) peers_.resume_reading(connection);
  });
}

void WorkerDesk::closed(net::ConnectionId connection) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  const Session session = std::move(found->second);
  sessions_.erase(found);
  held_.drop(connection);
  acks_.erase(connection);
  if (!session.run || session.left) return;
  connection_of_.erase({session.run, session.worker});
  runs_.record(*session.run, run::WorkerDisconnected{session.worker}, timers_.now());
}

// ---- hello --------------------------------------------------------------------------------------

// The run that a worker belongs to: the one it names by id, else the latest of that name if that
// has not ended, else a new one.
tl::expected<run::Run*, Error> WorkerDesk::run_for(const protocol::WorkerHello& hello,
                                                   Holder& holder) {
  if (hello.run_id) {
    run::Run* run = runs_.by_id(*hello.run_id);
    if (run && run->name() == hello.run) return run;
    return tl::unexpected(Error{"unknown_run",
                                "no run " + hello.run + " has the id " + *hello.run_id +
                                    ": say hello without run_id to join or start one",
                                {},
                                {}});
  }
  run::Run* run = runs_.latest_training(hello.run);
  if (run && !run->ended()) return run;
  return new_run(hello, holder);
}

// The run that reports of a file belong to: the one that knows the process that wrote it, else the
// one that was named, else a new one. So the same file never goes into two runs.
tl::expected<run::Run*, Error> WorkerDesk::run_to_import_into(const protocol::WorkerHello& hello,
                                                              Holder& holder,
                                                              const VisibleRuns& visible) {
  if (!hello.session) {
    return tl::unexpected(Error{
        "invalid_hello", "session is missing: an import must say whose reports they are", {}, {}});
  }
  run::Run* const named = hello.run_id ? visible.resolve(*hello.run_id) : nullptr;
  if (hello.run_id && !named) return tl::unexpected(visible.unknown_run(*hello.run_id));
  run::Run* const known = runs_.of_session(*hello.session);
  if (!known) return named ? named : new_run(hello, holder);
  if (!visible.include(*known)) {
    return tl::unexpected(
        not_allowed(holder.token, "is not for the run that these reports belong to"));
  }
  const std::string& worker = *known->worker_of_session(*hello.session);
  if (worker == hello.worker && (!named || named == known)) return known;
  return tl::unexpected(Error{"already_imported",
                              "these reports belong to worker " + worker + " of run " +
                                  known->name() + " (" + known->run_id() +
                                  "): import them there, so that none counts twice",
                              {},
                              {}});
}

tl::expected<run::Run*, Error> WorkerDesk::new_run(const protocol::WorkerHello& hello,
                                                   Holder& holder) {
  const auto now = timers_.now();
  if (!holder.runs.has_one(now)) {
    return tl::unexpected(Error{"too_many",
                                "the token of " + holder.token.name + " has started its " +
                                    std::to_string(holder.token.limits.runs_per_day) +
                                    " runs a day",
                                {},
                                {}});
  }
  const bool by_import = hello.is_import.value_or(false);
  run::Run* const run = runs_.create(hello.run, by_import, now);
  if (!run) return tl::unexpected(Error{"too_many", "the hub has too many runs", {}, {}});
  runs_.record(*run,
               run::RunCreated{hello.run, hello.target.value_or(protocol::Target{}),
                               defaults_.rules, defaults_.carbon, by_import},
               now);
  holder.runs.take(1, now);
  spdlog::info("run {} started: {}", run->run_id(), hello.run);
  if (!by_import && defaults_.policies != protocol::Policies{}) {
    runs_.record(
        *run, run::PoliciesChanged{defaults_.policies, false, "the hub's configuration", ""}, now);
  }
  return run;
}

void WorkerDesk::replace_older(const WorkerKey& key, net::ConnectionId by) {
  const auto older = connection_of_.find(key);
  if (older != connection_of_.end()) {
    const auto connection = older->second;
    sessions_.at(connection).left = true;
    acks_.erase(connection);
    peers_.close(connection, protocol::kCloseReplaced, "a newer connection of this worker came");
  }
  connection_of_[key] = by;
}

void WorkerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::WorkerHello& hello) {
  const auto holder = gate_.said_hello(connection, hello.token);
  if (!holder) return turn_away(connection, session, holder.error());
  session.holder = *holder;
  const auto& token = session.holder->token;
  if (auto error = refuse_hello(token, hello)) return turn_away(connection, session, *error);
  const bool imports = hello.is_import.value_or(false);
  const VisibleRuns visible(runs_, token_of(session.holder));
  const auto joined = imports ? run_to_import_into(hello, *session.holder, visible)
                              : run_for(hello, *session.holder);
  if (!joined) return fail(connection, session, joined.error());
  run::Run* const run = *joined;
  const bool is_new = !run->participants().contains(hello.worker);
  const auto most = token.limits.workers_per_run;
  if (is_new && static_cast<std::int64_t>(run->participants().size()) >= most) {
    return fail(connection, session,
                {"too_many",
                 "the token of " + token.name + " may add no worker to a run that has " +
                     std::to_string(most) + " or more",
                 {},
                 {}});
  }
  const auto now = timers_.now();
  std::optional<double> clock_offset_s;
  if (hello.sent_at && !imports) clock_offset_s = protocol::seconds_between(*hello.sent_at, now);
  hello.token.clear();
  hello.run = run->name();
  session.worker = hello.worker;
  session.run = run;
  const auto region = hello.region;
  const auto policies = hello.policies;
  session.place = defaults_.intensities.place_of(region);
  const auto before = run->participants().find(hello.worker);
  const bool said_before =
      before != run->participants().end() && before->second.hello.region == region;
  if (!record(connection, session,
              run::WorkerJoined{std::move(hello), clock_offset_s, session.place.known()})) {
    session.run = nullptr;
    return;
  }
  replace_older({run, session.worker}, connection);
  spdlog::debug("worker {} of run {} says hello", session.worker, run->run_id());
  if (!session.place.known() && !region.empty() && !said_before) {
    spdlog::warn(
        "worker {} of run {}: region {} is unknown, so the world's average is used; fedwatt-hub "
        "--list-regions lists those that are known",
        session.worker, run->name(), region);
  }

  // Its welcome waits for the store.
  if (!cycle_.trouble().empty()) send(connection, cycle_.status());
  if (policies && !imports) bring_policies(connection, session, *policies);
  if (!imports) watch_.look_at(*run, region);

  // An importer speaks of what was: there is nothing to order.
  const auto order = imports ? run::Control::Order{}
                             : run->control().order_for(session.worker, run->participants());
  protocol::Welcome welcome;
  welcome.run_id = run->run_id();
  welcome.last_seq = run->participants().at(session.worker).last_seq;
  welcome.directive = order.directive;
  welcome.applies_at = order.applies_at;
  if (order.command) welcome.command = order.command->command.id;
  cycle_.after_commit([this, connection, welcome]() mutable {
    const auto welcomed = sessions_.find(connection);
    if (welcomed == sessions_.end()) return;
    welcomed->second.welcomed = true;
    welcome.server_time = timers_.now();
    send(connection, welcome);
  });
}

void WorkerDesk::bring_policies(net::ConnectionId connection, Session& session,
                                const protocol::Policies& asked) {
  const auto& token = session.holder->token;
  if (token.coordinates || token.role == access::Role::kAdmin) {
    add_policies(*session.run, session.worker, asked);
  } else {
    fail(connection, session,
         not_allowed(token, "may bring no policies for the run: token add has --coordinator"));
  }
}

void WorkerDesk::add_policies(run::Run& run, const std::string& worker,
                              const protocol::Policies& asked) {
  const auto added = run::only_new(run.policies_ever(), asked);
  if (added == protocol::Policies{}) return;
  run::Event event =
      run::PoliciesChanged{run::merged(run.policies(), added, {}), false, worker, "hello"};
  if (run.refuse(event)) return;
  spdlog::info("run {}: policies added by worker {}: {}", run.run_id(), worker,
               protocol::policy_text(added));
  runs_.record(run, std::move(event), timers_.now());
  watch_.look_at(run);
}

// ---- reports ------------------------------------------------------------------------------------

void WorkerDesk::handle(net::ConnectionId connection, Session& session, protocol::Report& report) {
  if (report.seq < session.highest_seq) {
    return fail(connection, session,
                {"seq_went_back",
                 "seq " + std::to_string(report.seq) + " came after " +
                     std::to_string(session.highest_seq) + " on this connection: not counted",
                 report.seq,
                 {}});
  }
  session.highest_seq = report.seq;
  const auto last_seq = session.run->participants().at(session.worker).last_seq;
  const auto seq = report.seq;
  if (seq > last_seq && !record(connection, session, appraise(session, report))) {
    return;
  }
  if (acks_.empty()) oldest_ack_ = std::chrono::steady_clock::now();
  acks_[connection] = std::max(seq, last_seq);
  if (seq > last_seq) {
    ++counts_.reports;
    return;
  }
  // What was sent again after a reconnect is acknowledged and not counted again.
  ++counts_.repeated_reports;
  if (std::exchange(acks_without_batch_, true)) return;
  cycle_.read([this] {
    acks_without_batch_ = false;
    return take_acks();
  });
}

run::ReportReceived WorkerDesk::appraise(const Session& session, protocol::Report& report) const {
  return hub::appraise(*session.run, session.worker, std::move(report),
                       [&](const protocol::Report& measured, carbon::Interval interval) {
                         return intensity_at(defaults_.intensities, session.place, measured,
                                             interval);
                       });
}

std::set<carbon::LiveSource> WorkerDesk::live_sources() const {
  std::set<carbon::LiveSource> sources;
  for (const auto& [connection, session] : sessions_) {
    if (const auto& source = session.place.live_source()) sources.insert(*source);
  }
  return sources;
}

void WorkerDesk::defaults_changed() {
  for (auto& [connection, session] : sessions_) {
    if (!session.run) continue;
    const auto& hello = session.run->participants().at(session.worker).hello;
    session.place = defaults_.intensities.place_of(hello.region);
  }
}

Delivery WorkerDesk::take_acks() {
  return [this, acks = std::exchange(acks_, {}), oldest = oldest_ack_] {
    for (const auto& [connection, seq] : acks) send(connection, protocol::Ack{seq});
    counts_.acks += acks.size();
    if (acks.empty()) return;
    const std::chrono::duration<double> delay = std::chrono::steady_clock::now() - oldest;
    counts_.ack_delay_s.observe(delay.count());
  };
}

// ---- the rest -----------------------------------------------------------------------------------

void WorkerDesk::handle(net::ConnectionId connection, Session& session,
                        protocol::DirectiveAck& ack) {
  record(connection, session, run::DirectiveAcknowledged{session.worker, std::move(ack)});
}

void WorkerDesk::handle(net::ConnectionId connection, Session& session, protocol::RoundPlan& plan) {
  record(connection, session, run::RoundPlanned{session.worker, std::move(plan)});
}

void WorkerDesk::handle(net::ConnectionId connection, Session& session, protocol::Bye& bye) {
  record(connection, session, run::WorkerLeft{session.worker, std::move(bye.reason)});
  session.left = true;
  connection_of_.erase({session.run, session.worker});
  std::optional<std::int64_t> last_ack;
  if (const auto ack = acks_.extract(connection)) last_ack = ack.mapped();
  cycle_.after_commit([this, connection, last_ack] {
    if (last_ack) {
      send(connection, protocol::Ack{*last_ack});
      ++counts_.acks;
    }
    peers_.close(connection, protocol::kCloseNormal, "bye");
  });
}

void WorkerDesk::tell(const protocol::StoreStatus& status) {
  std::vector<net::ConnectionId> connections;
  for (const auto& [connection, session] : sessions_) {
    if (session.run && !session.left) connections.push_back(connection);
  }
  peers_.send(connections, protocol::encode(protocol::HubToWorker{status}));
}

void WorkerDesk::deliver(run::Run& run, const std::vector<run::Run::Effects::Order>& orders) {
  for (const auto& [worker, order] : orders) {
    const auto connection = connection_of_.find({&run, worker});
    if (connection == connection_of_.end()) continue;
    if (sessions_.at(connection->second).welcomed) send(connection->second, order);
  }
}

bool WorkerDesk::record(net::ConnectionId connection, Session& session, run::Event event) {
  if (auto error = session.run->refuse(event)) {
    fail(connection, session, std::move(*error));
    return false;
  }
  session.errors_in_a_row = 0;
  runs_.record(*session.run, std::move(event), timers_.now());
  return true;
}

void WorkerDesk::send(net::ConnectionId connection, const protocol::HubToWorker& message) {
  peers_.send({connection}, protocol::encode(message));
}

void WorkerDesk::turn_away(net::ConnectionId connection, Session& session, Error error) {
  const auto code = close_code_of(error);
  const auto why = error.message;
  if (error.code != "unauthorized") {  // which the gate has logged
    spdlog::warn("refused {} at {}: {}", session.holder ? session.holder->token.name : "a worker",
                 session.address, why);
  }
  fail(connection, session, std::move(error));
  peers_.close(connection, code, why);
}

void WorkerDesk::fail(net::ConnectionId connection, Session& session, Error error) {
  spdlog::debug("worker {} at {}: {}: {}", session.worker, session.address, error.code,
                error.message);
  ++counts_.refusals[error.code];
  send(connection, std::move(error));
  if (++session.errors_in_a_row < kMostErrorsInARow && !peers_.behind(connection)) return;
  peers_.close(connection, protocol::kCloseBadMessages, "error after error");
}

}  // namespace fedwatt::hub
