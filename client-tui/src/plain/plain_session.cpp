#include "plain/plain_session.h"

#include <ostream>

#include "text/display_text.h"

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

int no_hub(const CommandLine& line, const Session& session, std::ostream& err) {
  const std::string& reason = session.model.connection().reason;
  err << "fedwatt: "
      << (reason.empty() ? "no hub answers at " + printable(line.hub_url) : printable(reason))
      << "; start a hub with `fedwatt-hub` or `./dev demo`, or say where it is with --hub.\n";
  return kExitNoHub;
}

bool connect(Session& session) {
  const auto deadline = in(kPatience);
  while (session.model.connection().state != Connection::State::kLive) {
    if (session.model.connection().state == Connection::State::kRefused) return false;
    if (!next_event(session, deadline)) return false;
  }
  return true;
}

}  // namespace fedwatt::viewer
