#include "plain/plain_session.h"

#include <algorithm>
#include <ostream>

#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {

SteadyTime in(std::chrono::duration<double> time) {
  constexpr std::chrono::duration<double> kThirtyYears(1e9);
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(
             std::min(time, kThirtyYears));
}

void print(std::ostream& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << line << "\n";
  out.flush();
}

std::optional<ChannelEvent> next_event(Session& session, SteadyTime deadline) {
  auto event = session.inbox.pop(deadline);
  if (event) session.handle(*event);
  return event;
}

Answer await_answer(Session& session, SteadyTime deadline, const std::string& id, std::ostream& err,
                    const std::function<bool()>& answered) {
  while (!answered()) {
    if (!next_event(session, deadline)) return Answer::kLate;
    const protocol::Error* error = session.model.find_refusal(id);
    if (!error && session.model.last_error()) error = &*session.model.last_error();
    if (!error) continue;
    err << "fedwatt: " << printable(error->message) << "\n";
    return Answer::kRefused;
  }
  return Answer::kCame;
}

int no_hub(const CommandLine& line, const Session& session, std::ostream& err) {
  if (const auto& trouble = session.model.store_trouble()) {
    err << "fedwatt: " << describe_store(trouble) << "; try again when it can.\n";
    return kExitNoHub;
  }
  const std::string& reason = session.model.connection().reason;
  if (session.model.connection().state == Connection::State::kRefused) {
    err << "fedwatt: " << printable(reason)
        << "; a hub that wants a token gets it by --token-file or FEDWATT_TOKEN.\n";
    return kExitError;
  }
  err << "fedwatt: "
      << (reason.empty() ? "no hub answers at " + printable(line.hub.url) : printable(reason))
      << "; start a hub with `fedwatt-hub` or `./dev demo`, or say where it is with --hub.\n";
  return kExitNoHub;
}

FollowedRun::FollowedRun(const CommandLine& line, Session& session)
    : line_(line), session_(session) {
  if (line.wait_for_run) {
    session.conversation.list_runs();
  } else {
    session.conversation.follow({line.run});
  }
}

const RunRecord* FollowedRun::find() {
  if (!run_id_.empty()) return session_.model.find_run(run_id_);
  const RunRecord* run = session_.model.find_awaited(line_.run, line_.wait_for_run);
  if (!run) return nullptr;
  run_id_ = run->view.run_id;
  if (line_.wait_for_run) session_.conversation.follow({run_id_});
  return run;
}

const RunRecord* FollowedRun::in_full() {
  const RunRecord* run = find();
  return run && run->resume_offset ? run : nullptr;
}

std::optional<int> FollowedRun::tell_trouble(const ChannelEvent& event, std::ostream& err) {
  if (const auto* down = std::get_if<ChannelDown>(&event)) {
    err << "fedwatt: Lost the hub (" << printable(down->reason) << ")"
        << (down->is_final ? ".\n" : "; trying again.\n");
    if (down->is_final) return kExitNoHub;
  }
  if (!std::holds_alternative<Received>(event)) return std::nullopt;
  if (const auto& trouble = session_.model.store_trouble(); trouble != said_trouble_) {
    err << "fedwatt: " << describe_store(trouble) << "\n";
    said_trouble_ = trouble;
  }
  const auto& error = session_.model.last_error();
  if (line_.wait_for_run || !error || find()) return std::nullopt;
  err << "fedwatt: " << printable(error->message) << " (--wait waits for it)\n";
  return kExitError;
}

bool connect(Session& session, std::ostream& err) {
  const auto deadline = in(kPatience);
  while (session.model.connection().state != Connection::State::kLive) {
    if (session.model.connection().state == Connection::State::kRefused) return false;
    if (!next_event(session, deadline)) return false;
  }
  if (session.model.connection().insecure) err << "fedwatt: " << kInsecureHub << ".\n";
  return true;
}

}  // namespace fedwatt::viewer
