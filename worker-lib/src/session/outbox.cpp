#include "session/outbox.h"

#include <algorithm>
#include <iterator>

namespace fedwatt::session {
namespace {

using protocol::Report;
using protocol::RoundPlan;

// Reports that were never sent and can always wait: so that there are some to fold.
constexpr std::size_t kAlwaysRoomFor = 8;

const Report* report_in(const Outbox::Waiting& waiting) {
  return waiting.message ? std::get_if<Report>(waiting.message.get()) : nullptr;
}

// About what it takes of memory.
std::size_t bytes_of(const Outbox::Message& message) {
  constexpr std::size_t kMapNode = 48;
  std::size_t bytes = 2 * sizeof(Outbox::Message);
  if (const auto* report = std::get_if<Report>(&message)) {
    for (const auto& [name, value] : report->metrics) {
      bytes += kMapNode + sizeof(std::string) + name.size() + sizeof(double);
    }
    const auto& source = report->energy_source;
    return bytes + source.cpu.size() + source.gpu.size() + source.ram.size() +
           source.machine.size();
  }
  for (const auto& name : std::get<RoundPlan>(message).selected) {
    bytes += sizeof(std::string) + name.size();
  }
  return bytes;
}

}  // namespace

Outbox::Message Outbox::Waiting::numbered() const {
  Message copy = *message;
  if (auto* report = std::get_if<Report>(&copy)) report->seq = seq;
  return copy;
}

void Outbox::add(Message message) {
  if (std::holds_alternative<Report>(message)) ++counts_.made;
  Entry& entry = entries_.emplace_back();
  entry.ticket = ++last_ticket_;
  entry.skipped_before = std::exchange(skipped_at_end_, 0);
  replace(entry, std::move(message));
  if (over(limits_)) make_room();
}

void Outbox::restore(Snapshot left) {
  run_id_ = std::move(left.run_id);
  next_seq_ = left.next_seq;
  for (auto& waiting : left.waiting) {
    Entry& entry = entries_.emplace_back();
    entry.ticket = waiting.ticket;
    entry.message = std::move(waiting.message);
    entry.bytes = bytes_of(*entry.message);
    bytes_ += entry.bytes;
    last_ticket_ = waiting.ticket;
    if (report_in(entry)) ++counts_.made;
    // What has a number may have been sent, and what came before it, too.
    if (waiting.seq == 0 || run_id_.empty()) continue;
    entry.seq = waiting.seq;
    numbered_ = entries_.size();
    next_seq_ = std::max(next_seq_, waiting.seq + 1);
  }
  if (over(limits_)) make_room();
}

void Outbox::welcomed(const std::string& run_id, std::int64_t last_seq) {
  welcomed_ = true;
  sent_ = 0;
  if (run_id == run_id_) {
    acknowledged(last_seq);
    next_seq_ = std::max(next_seq_, last_seq + 1);
    return;
  }
  run_id_ = run_id;
  next_seq_ = last_seq + 1;
  numbered_ = 0;
  for (Entry& entry : entries_) entry.seq = 0;
  if (!has_copy_) return;
  changes_.number.clear();
  changes_.run_id = run_id;
}

void Outbox::disconnected() {
  welcomed_ = false;
  sent_ = 0;
}

void Outbox::number(Entry& entry) {
  next_seq_ += std::exchange(entry.skipped_before, 0);
  if (!report_in(entry)) return;
  entry.seq = next_seq_++;
  if (entry.in_copy == InCopy::kNot) return;
  changes_.number.emplace_back(entry.ticket, entry.seq);
}

std::optional<Outbox::Waiting> Outbox::next() {
  if (!welcomed_ || sent_ == entries_.size() || sent_ >= limits_.window) return std::nullopt;
  if (sent_ == numbered_) number(entries_[numbered_++]);
  return entries_[sent_++];
}

void Outbox::acknowledged(std::int64_t seq) {
  // What was sent before a committed report has arrived too: a plan needs no ack of its own.
  std::size_t committed = 0;
  for (std::size_t index = 0; index < numbered_; ++index) {
    if (!report_in(entries_[index])) continue;
    if (entries_[index].seq > seq) break;
    ++counts_.acknowledged;
    committed = index + 1;
  }
  pop_front(committed);
}

void Outbox::pop_front(std::size_t count) {
  if (count == 0) return;
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
  note_gone(entries_.front().ticket, std::prev(end)->ticket);
  for (auto each = entries_.begin(); each != end; ++each) bytes_ -= each->bytes;
  entries_.erase(entries_.begin(), end);
  sent_ -= std::min(sent_, count);
  numbered_ -= count;
}

std::vector<Outbox::Message> Outbox::rest() {
  std::vector<Message> messages;
  messages.reserve(entries_.size());
  for (; numbered_ < entries_.size(); ++numbered_) number(entries_[numbered_]);
  for (const Entry& entry : entries_) messages.push_back(entry.numbered());
  return messages;
}

void Outbox::rejected(std::int64_t seq) {
  for (std::size_t index = 0; index < numbered_; ++index) {
    Entry& entry = entries_[index];
    if (!report_in(entry) || entry.seq != seq) continue;
    vanish(entry);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
    if (index < sent_) --sent_;
    --numbered_;
    ++counts_.rejected;
    return;
  }
}

bool Outbox::settled(Ticket ticket) const {
  const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                   [](const Entry& entry) { return report_in(entry) != nullptr; });
  return oldest == entries_.end() || oldest->ticket > ticket;
}

std::uint64_t Outbox::waiting() const {
  return counts_.made - counts_.acknowledged - counts_.folded - counts_.dropped - counts_.rejected;
}

std::uint64_t Outbox::waiting_to(Ticket last) const {
  std::uint64_t reports = 0;
  for (const Entry& entry : entries_) {
    if (entry.ticket <= last && report_in(entry)) ++reports;
  }
  return reports;
}

// ---- where there is no room for all of them -----------------------------------------------------

bool Outbox::over(const Limits& limits) const {
  const std::size_t unsent = entries_.size() - numbered_;
  if (unsent <= std::min(limits_.messages, kAlwaysRoomFor)) return false;
  return entries_.size() > limits.messages || bytes_ > limits.bytes;
}

void Outbox::make_room() {
  const Limits enough{limits_.messages - limits_.messages / 8, limits_.bytes - limits_.bytes / 8,
                      limits_.window};
  for (const auto level : {FoldLevel::kSamePhase, FoldLevel::kSameRound, FoldLevel::kTwoResults}) {
    if (over(enough)) fold_all(level, enough);
  }
  if (over(enough)) forget_plans(enough);
  if (over(enough)) fold_all(FoldLevel::kAcrossRounds, enough);
  while (over(limits_)) drop_one();
}

// One pass over what was never sent, from the oldest on. A report waits as a partner until its
// round is over, or to the end where rounds are folded into each other.
void Outbox::fold_all(FoldLevel level, const Limits& enough) {
  std::vector<Entry*> partners;
  std::size_t left = entries_.size();
  const auto satisfied = [&] { return left <= enough.messages && bytes_ <= enough.bytes; };
  for (std::size_t index = numbered_; index < entries_.size() && !satisfied(); ++index) {
    Entry& entry = entries_[index];
    const auto* report = report_in(entry);
    if (!report) continue;
    if (level != FoldLevel::kAcrossRounds && !partners.empty() &&
        report_in(*partners.back())->round != report->round) {
      partners.clear();
    }
    const auto partner = std::find_if(partners.begin(), partners.end(), [&](Entry* earlier) {
      return fold_into_one(*earlier, entry, level);
    });
    if (partner == partners.end()) {
      partners.push_back(&entry);
    } else {
      --left;
      if (entry.message) *partner = &entry;
    }
  }
  sweep();
}

// The sum stands where the one with results stood, so that results stay in their order. The other
// one is left without a message, for sweep().
bool Outbox::fold_into_one(Entry& earlier, Entry& later, FoldLevel level) {
  const Report& first = *report_in(earlier);
  const Report& second = *report_in(later);
  auto sum = fold(first, second, level);
  if (!sum) return false;
  const bool one_round = first.round == second.round;
  const bool at_earlier = one_round && has_results(first) && !has_results(second);
  Entry& stays = at_earlier ? earlier : later;
  Entry& goes = at_earlier ? later : earlier;
  replace(stays, *std::move(sum));
  vanish(goes);
  ++counts_.folded;
  if (!one_round) ++counts_.rounds_folded;
  return true;
}

void Outbox::forget_plans(const Limits& enough) {
  std::size_t left = entries_.size();
  for (std::size_t index = numbered_; index < entries_.size(); ++index) {
    if (left <= enough.messages && bytes_ <= enough.bytes) break;
    if (report_in(entries_[index])) continue;
    vanish(entries_[index]);
    --left;
  }
  sweep();
}

void Outbox::drop_one() {
  const auto victim = entries_.begin() + static_cast<std::ptrdiff_t>(numbered_);
  const bool is_report = report_in(*victim) != nullptr;
  if (is_report) ++counts_.dropped;
  const std::int64_t skipped = victim->skipped_before + (is_report ? 1 : 0);
  vanish(*victim);
  const auto after = entries_.erase(victim);
  (after == entries_.end() ? skipped_at_end_ : after->skipped_before) += skipped;
}

void Outbox::replace(Entry& entry, Message message) {
  bytes_ -= std::exchange(entry.bytes, bytes_of(message));
  bytes_ += entry.bytes;
  entry.message = std::make_shared<const Message>(std::move(message));
  if (entry.in_copy != InCopy::kAsItIs) return;
  entry.in_copy = InCopy::kAsItWas;
  changed_.push_back(entry.ticket);
}

void Outbox::vanish(Entry& entry) {
  bytes_ -= std::exchange(entry.bytes, 0);
  entry.message.reset();
  if (entry.in_copy != InCopy::kNot) note_gone(entry.ticket, entry.ticket);
}

// Takes out the entries that vanished; numbers that were skipped before them are skipped still.
void Outbox::sweep() {
  std::int64_t skipped = 0;
  const auto unsent = entries_.begin() + static_cast<std::ptrdiff_t>(numbered_);
  for (auto entry = unsent; entry != entries_.end(); ++entry) {
    skipped += std::exchange(entry->skipped_before, 0);
    if (entry->message) entry->skipped_before = std::exchange(skipped, 0);
  }
  skipped_at_end_ += skipped;
  entries_.erase(
      std::remove_if(unsent, entries_.end(), [](const Entry& entry) { return !entry.message; }),
      entries_.end());
}

// ---- the copy -----------------------------------------------------------------------------------

void Outbox::note_gone(Ticket from, Ticket to) {
  if (!has_copy_) return;
  if (!changes_.gone.empty() && changes_.gone.back().second + 1 == from) {
    changes_.gone.back().second = to;
  } else {
    changes_.gone.emplace_back(from, to);
  }
}

Outbox::Waiting Outbox::copied(Entry& entry) {
  entry.in_copy = InCopy::kAsItIs;
  const Waiting& waiting = entry;
  return waiting;
}

Outbox::Entry* Outbox::find(Ticket ticket) {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), ticket,
                       [](const Entry& entry, Ticket wanted) { return entry.ticket < wanted; });
  return found == entries_.end() || found->ticket != ticket ? nullptr : &*found;
}

Outbox::Snapshot Outbox::snapshot() {
  has_copy_ = true;
  changes_ = {};
  changed_.clear();
  Snapshot all{run_id_, next_seq_, {}};
  all.waiting.reserve(entries_.size());
  for (Entry& entry : entries_) all.waiting.push_back(copied(entry));
  return all;
}

Outbox::Changes Outbox::take_changes() {
  if (!has_copy_) return {};
  Changes changes = std::exchange(changes_, {});
  for (const Ticket ticket : std::exchange(changed_, {})) {
    Entry* entry = find(ticket);
    if (entry) changes.put.push_back(copied(*entry));
  }
  auto added = entries_.rbegin();
  while (added != entries_.rend() && added->in_copy == InCopy::kNot) ++added;
  for (auto entry = added.base(); entry != entries_.end(); ++entry) {
    changes.put.push_back(copied(*entry));
  }
  return changes;
}

}  // namespace fedwatt::session
