#include "plain/plain_commands.h"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "fedwatt/protocol/codec.h"
#include "plain/plain_session.h"
#include "plain/plain_text.h"
#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

// Whether it is what the hub sent to the first subscription: one frame, the next after its welcome.
bool answers_subscription(const ChannelEvent& event) {
  const auto* received = std::get_if<Received>(&event);
  if (!received) return false;
  const auto& messages = received->messages;
  return messages.empty() || !(std::holds_alternative<protocol::ViewerWelcome>(messages.front()) ||
                               std::holds_alternative<protocol::StoreStatus>(messages.front()));
}

// Whether a message is about the run, and so belongs into its JSON lines.
bool is_about(const protocol::HubToViewer& message, const std::string& run_id) {
  return std::visit(
      [&](const auto& value) {
        if constexpr (requires { value.run_id; }) {
          return value.run_id == run_id;
        } else if constexpr (requires { value.run.run_id; }) {
          return value.run.run_id == run_id;
        } else {
          return false;
        }
      },
      message);
}

void print_json(std::ostream& out, const Received& received, const std::string& run_id) {
  for (const auto& message : received.messages) {
    if (is_about(message, run_id)) out << protocol::encode(message) << "\n";
  }
  out.flush();
}

// Only a command's own status, not what else is told of its run.
void print_json(std::ostream& out, const Received& received, const protocol::Command& command) {
  for (const auto& message : received.messages) {
    const auto* status = std::get_if<protocol::CommandStatus>(&message);
    if (status && status->id == command.id) out << protocol::encode(message) << "\n";
  }
  out.flush();
}

}  // namespace

int list_runs(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Session session(line.hub, line.viewer_name);
  session.conversation.list_runs();
  if (!connect(session, err)) return no_hub(line, session, err);
  const auto deadline = in(kPatience);
  std::optional<ChannelEvent> event;
  do {
    event = next_event(session, deadline);
    if (!event) return no_hub(line, session, err);
  } while (!answers_subscription(*event));
  session.channel.stop();
  if (const auto& error = session.model.last_error()) {
    err << "fedwatt: " << printable(error->message) << "\n";
    return kExitError;
  }
  if (line.json) {
    for (const RunRecord* run : session.model.runs_in_order()) {
      out << protocol::encode(protocol::HubToViewer(run->view)) << "\n";
    }
  } else if (session.model.runs().empty()) {
    out << "No runs yet. `./dev demo` starts one.\n";
  } else {
    print(out, runs_lines(session.model, wall_clock_now()));
  }
  out.flush();
  return kExitOk;
}

int watch_run(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Session session(line.hub, line.viewer_name);
  FollowedRun followed(line, session);
  if (!connect(session, err)) return no_hub(line, session, err);

  WatchLines lines;
  while (true) {
    const auto event = next_event(session, in(std::chrono::hours(1)));
    if (!event) continue;
    if (const auto status = followed.tell_trouble(*event, err)) return *status;
    const auto* received = std::get_if<Received>(&*event);
    const RunRecord* run = received ? followed.in_full() : nullptr;
    if (!run) continue;
    if (line.json) {
      print_json(out, *received, run->view.run_id);
    } else {
      print(out, lines.next(*run));
    }
    if (!has_ended(run->view.state)) continue;
    if (!line.json) print(out, closing_lines(*run));
    session.channel.stop();
    return kExitOk;
  }
}

int give_command(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Session session(line.hub, line.viewer_name);
  if (!connect(session, err)) return no_hub(line, session, err);
  protocol::Command command{new_command_id(), line.run, line.action, std::nullopt, line.reason};
  if (!line.workers.empty()) command.workers = line.workers;
  return give_and_wait(line, command, line.run, session, out, err);
}

int give_and_wait(const CommandLine& line, const protocol::Command& command,
                  const std::string& run_name, Session& session, std::ostream& out,
                  std::ostream& err) {
  session.conversation.give(command);
  const auto deadline = in(std::chrono::duration<double>(line.timeout_s));
  const protocol::CommandStatus* status = nullptr;
  while (!status || status->outcome == protocol::CommandOutcome::kPending) {
    const auto event = next_event(session, deadline);
    if (!event) break;
    if (const auto* refusal = session.model.find_refusal(command.id)) {
      err << "fedwatt: " << printable(refusal->message) << "\n";
      return kExitError;
    }
    status = session.model.find_command(command.id);
    const auto* received = std::get_if<Received>(&*event);
    if (line.json && received) print_json(out, *received, command);
  }
  session.channel.stop();
  if (!status) {
    err << "fedwatt: The hub has not answered the command in time: see with `fedwatt runs` whether "
           "it took hold.\n";
    return kExitNoHub;
  }
  if (!line.json) print(out, command_lines(*status, run_name));
  const bool complete = status->outcome == protocol::CommandOutcome::kAcknowledged;
  return complete ? kExitOk : kExitNotAcknowledged;
}

}  // namespace fedwatt::viewer
