#include "import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kWindow = 256;
constexpr std::size_t kFrameBytes = 16 * 1024;
constexpr std::size_t kReasonsKept = 10;

// Where a message belongs among those of other files: by round, and plans before reports.
std::tuple<std::int64_t, int> place_of(const ImportMessage& message) {
  if (const auto* plan = std::get_if<protocol::RoundPlan>(&message)) return {plan->round, 0};
  return {std::get<protocol::Report>(message).round, 1};
}

protocol::WorkerMessage on_the_wire(ImportMessage&& message) {
  return std::visit([](auto& held) { return protocol::WorkerMessage(std::move(held)); }, message);
}

}  // namespace

Importer::Importer(std::vector<ImportSource> files, std::string into, std::string as, Send send)
    : into_(std::move(into)), as_(std::move(as)), send_(std::move(send)) {
  for (auto& file : files) {
    const std::size_t index = transfers_.size();
    const auto [leader, is_first] = leader_.try_emplace(file.hello.run, index);
    // A file that knows its run leads those that do not.
    if (!is_first && file.hello.run_id && !transfers_[leader->second].file.hello.run_id) {
      leader->second = index;
    }
    Transfer& transfer = transfers_.emplace_back();
    transfer.outcome.run = file.hello.run;
    transfer.outcome.worker = as_.empty() ? file.hello.worker : as_;
    transfer.file = std::move(file);
  }
}

// ---- hello and welcome --------------------------------------------------------------------------

// `known` is false while it depends on the welcome of another file.
std::optional<std::string> Importer::run_id_for(const Transfer& transfer, bool& known) const {
  known = true;
  if (!into_.empty()) return into_;
  if (transfer.file.hello.run_id) return transfer.file.hello.run_id;
  const Transfer& leader = transfers_[leader_.at(transfer.file.hello.run)];
  if (&leader == &transfer) return std::nullopt;
  if (leader.file.hello.run_id) return leader.file.hello.run_id;
  known = !leader.outcome.run_id.empty();
  return leader.outcome.run_id;
}

void Importer::connected(std::size_t file) {
  if (transfers_[file].state == State::kAway) transfers_[file].state = State::kConnected;
  greet_those_ready();
}

void Importer::greet_those_ready() {
  for (std::size_t index = 0; index < transfers_.size(); ++index) {
    Transfer& transfer = transfers_[index];
    bool known = false;
    auto run_id = run_id_for(transfer, known);
    if (transfer.state != State::kConnected || !known) continue;
    protocol::WorkerHello hello = transfer.file.hello;
    hello.run_id = std::move(run_id);
    hello.worker = transfer.outcome.worker;
    hello.sent_at.reset();
    hello.is_import = true;
    transfer.state = State::kGreeted;
    send_(index, protocol::encode(protocol::WorkerMessage(std::move(hello))));
  }
}

void Importer::take(std::size_t index, const protocol::Welcome& welcome) {
  Transfer& transfer = transfers_[index];
  if (transfer.state != State::kGreeted) return;
  transfer.state = State::kWelcomed;
  transfer.outcome.run_id = welcome.run_id;
  transfer.last_seq = welcome.last_seq;
  // Under another name or in another run nobody has sent the numbers before the first.
  const auto& hello = transfer.file.hello;
  const bool elsewhere =
      hello.run_id && (*hello.run_id != welcome.run_id || hello.worker != transfer.outcome.worker);
  if (elsewhere) transfer.shift = transfer.file.first_seq - 1;
  greet_those_ready();
  const bool all_in = std::all_of(transfers_.begin(), transfers_.end(), [](const Transfer& each) {
    return each.state == State::kWelcomed;
  });
  if (all_in) begin_sending();
}

// ---- reports ------------------------------------------------------------------------------------

void Importer::begin_sending() {
  for (Transfer& transfer : transfers_) {
    auto reader = transfer.file.open();
    if (!reader) {
      fail(transfer, reader.error(), false);
      continue;
    }
    transfer.reader = *std::move(reader);
    transfer.state = State::kSending;
    read_ahead(transfer);
  }
  pump();
}

// Up to the next report that the hub lacks. What comes before a report that it has, it has too.
void Importer::read_ahead(Transfer& transfer) {
  while (transfer.reader) {
    auto message = transfer.reader->next();
    if (!message) return fail(transfer, message.error() + " (it has changed meanwhile)", false);
    if (!*message) return transfer.reader.reset();
    auto* report = std::get_if<protocol::Report>(&**message);
    if (report) report->seq -= transfer.shift;
    const bool has_it = report && report->seq <= transfer.last_seq;
    if (has_it) {
      ++transfer.outcome.already_there;
      transfer.ahead.clear();
      continue;
    }
    transfer.ahead.push_back(std::move(**message));
    if (report) return;
  }
}

// The file whose next message comes first; transfers_.size() if all are through.
std::size_t Importer::next_to_send() const {
  std::size_t first = transfers_.size();
  for (std::size_t index = 0; index < transfers_.size(); ++index) {
    const Transfer& each = transfers_[index];
    if (each.state != State::kSending || each.ahead.empty()) continue;
    if (first == transfers_.size() ||
        place_of(each.ahead.front()) < place_of(transfers_[first].ahead.front())) {
      first = index;
    }
  }
  return first;
}

// Stops at the first full window, so that no file runs ahead of the others: rounds wait for all.
void Importer::pump() {
  for (;;) {
    const std::size_t index = next_to_send();
    if (index == transfers_.size() || transfers_[index].in_flight.size() >= kWindow) break;
    send_one(index);
  }
  for (std::size_t index = 0; index < transfers_.size(); ++index) flush(index);
  say_bye_where_done();
}

void Importer::send_one(std::size_t index) {
  Transfer& transfer = transfers_[index];
  ImportMessage message = std::move(transfer.ahead.front());
  transfer.ahead.pop_front();
  if (const auto* report = std::get_if<protocol::Report>(&message)) {
    transfer.in_flight.push_back(report->seq);
  }
  std::string encoded = protocol::encode(on_the_wire(std::move(message)));
  if (transfer.frame_bytes + encoded.size() > kFrameBytes) flush(index);
  transfer.frame_bytes += encoded.size();
  transfer.frame.push_back(std::move(encoded));
  if (transfer.ahead.empty()) read_ahead(transfer);
}

void Importer::flush(std::size_t index) {
  Transfer& transfer = transfers_[index];
  if (!transfer.frame.empty() && transfer.state == State::kSending) {
    send_(index, protocol::make_frame({transfer.frame.begin(), transfer.frame.end()}));
  }
  transfer.frame.clear();
  transfer.frame_bytes = 0;
}

void Importer::say_bye_where_done() {
  for (std::size_t index = 0; index < transfers_.size(); ++index) {
    Transfer& transfer = transfers_[index];
    const bool through = !transfer.reader && transfer.ahead.empty() && transfer.in_flight.empty();
    if (transfer.state != State::kSending || !through) continue;
    transfer.state = State::kSaidBye;
    send_(index, protocol::encode(protocol::WorkerMessage(protocol::Bye{"imported"})));
  }
}

// ---- answers ------------------------------------------------------------------------------------

void Importer::received(std::size_t file, std::string_view frame) {
  for (const auto& message : protocol::decode_hub_to_worker_frame(frame)) {
    if (message) std::visit([&](const auto& known) { take(file, known); }, *message);
  }
}

void Importer::take(std::size_t index, const protocol::Ack& ack) {
  Transfer& transfer = transfers_[index];
  while (!transfer.in_flight.empty() && transfer.in_flight.front() <= ack.seq) {
    transfer.in_flight.pop_front();
    ++transfer.outcome.added;
  }
  pump();
}

void Importer::take(std::size_t index, const protocol::Error& error) {
  Transfer& transfer = transfers_[index];
  if (transfer.state == State::kGreeted) {
    fail(transfer, error.message, false);
    // Half of a command's files would make rounds that look whole.
    for (Transfer& other : transfers_) {
      if (&other == &transfer) continue;
      fail(other, "nothing of it was sent, because the hub refused " + transfer.file.path, false);
    }
    return;
  }
  auto& outcome = transfer.outcome;
  if (error.seq) {
    const auto meant = std::find(transfer.in_flight.begin(), transfer.in_flight.end(), *error.seq);
    if (meant == transfer.in_flight.end()) return;
    transfer.in_flight.erase(meant);
  }
  ++outcome.refused;
  if (outcome.reasons.size() < kReasonsKept) {
    outcome.reasons.push_back(error.seq ? fmt::format("report {}: {}", *error.seq, error.message)
                                        : error.message);
  }
  pump();
}

void Importer::disconnected(std::size_t file, const std::string& reason) {
  Transfer& transfer = transfers_[file];
  if (transfer.state == State::kAway) return;  // the connection tries again by itself
  if (transfer.state == State::kSaidBye) {
    transfer.state = State::kDone;
    return;
  }
  fail(transfer, "lost the hub (" + reason + "): give the same command again to go on", true);
  pump();
}

void Importer::give_up(const std::string& reason) {
  for (Transfer& transfer : transfers_) fail(transfer, reason, true);
}

void Importer::fail(Transfer& transfer, const std::string& why, bool hub_lost) {
  if (transfer.state == State::kDone || transfer.state == State::kFailed) return;
  transfer.state = State::kFailed;
  transfer.outcome.failure = why;
  transfer.outcome.hub_lost = hub_lost;
}

bool Importer::over() const {
  return std::all_of(transfers_.begin(), transfers_.end(), [](const Transfer& each) {
    return each.state == State::kDone || each.state == State::kFailed;
  });
}

std::int64_t Importer::settled() const {
  std::int64_t reports = 0;
  for (const Transfer& each : transfers_) {
    reports += each.outcome.added + each.outcome.already_there + each.outcome.refused;
  }
  return reports;
}

std::int64_t Importer::total() const {
  std::int64_t reports = 0;
  for (const Transfer& each : transfers_) reports += each.file.reports;
  return reports;
}

}  // namespace fedwatt::viewer
