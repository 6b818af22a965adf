#include "plain/plain_session.h"

#include <ostream>

#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {

SteadyTime in(std::chrono::duration<double> time) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(time);
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
