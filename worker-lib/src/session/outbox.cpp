#include "session/outbox.h"

#include <algorithm>
#include <utility>

namespace fedwatt::session {
namespace {

const protocol::Report* report_in(const Outbox::Message& message) {
  return std::get_if<protocol::Report>(&message);
}

bool closes_round(const Outbox::Message& message) {
  const auto* report = report_in(message);
  return !report || report->round_complete.value_or(false);
}

}  // namespace

Outbox::Outbox(std::size_t capacity, std::size_t window) : capacity_(capacity), window_(window) {}

void Outbox::add(Message message) {
  if (report_in(message)) ++counts_.made;
  entries_.push_back({std::move(message), ++last_ticket_, std::exchange(skipped_at_end_, 0)});
  if (entries_.size() > capacity_) drop_one();
}

void Outbox::take_over(const std::string& run_id, std::vector<Message> messages) {
  for (auto& message : messages) add(std::move(message));
  if (run_id.empty()) return;
  run_id_ = run_id;
  numbered_ = entries_.size();
  for (const auto& entry : entries_) {
    if (const auto* report = report_in(entry.message)) next_seq_ = report->seq + 1;
  }
}

void Outbox::drop_one() {
  const auto unsent = entries_.begin() + static_cast<std::ptrdiff_t>(numbered_);
  auto victim = std::find_if(unsent, entries_.end(),
                             [](const Entry& entry) { return !closes_round(entry.message); });
  if (victim == entries_.end()) victim = unsent;
  const bool is_report = report_in(victim->message) != nullptr;
  if (is_report) ++counts_.dropped;
  const std::int64_t skipped = victim->skipped_before + (is_report ? 1 : 0);
  const auto after = entries_.erase(victim);
  (after == entries_.end() ? skipped_at_end_ : after->skipped_before) += skipped;
}

void Outbox::welcomed(const std::string& run_id, std::int64_t last_seq) {
  welcomed_ = true;
  sent_ = 0;
  if (run_id == run_id_) {
    acknowledged(last_seq);
    next_seq_ = std::max(next_seq_, last_seq + 1);
  } else {
    run_id_ = run_id;
    numbered_ = 0;
    next_seq_ = last_seq + 1;
  }
}

void Outbox::disconnected() {
  welcomed_ = false;
  sent_ = 0;
}

void Outbox::number(Entry& entry) {
  next_seq_ += std::exchange(entry.skipped_before, 0);
  if (auto* report = std::get_if<protocol::Report>(&entry.message)) report->seq = next_seq_++;
}

std::optional<Outbox::Message> Outbox::next() {
  if (!welcomed_ || sent_ == entries_.size() || sent_ >= window_) return std::nullopt;
  if (sent_ == numbered_) number(entries_[numbered_++]);
  return entries_[sent_++].message;
}

void Outbox::acknowledged(std::int64_t seq) {
  // What was sent before a committed report has arrived too: a plan needs no ack of its own.
  std::size_t committed = 0;
  for (std::size_t index = 0; index < numbered_; ++index) {
    const auto* report = report_in(entries_[index].message);
    if (!report) continue;
    if (report->seq > seq) break;
    ++counts_.acknowledged;
    committed = index + 1;
  }
  pop_front(committed);
}

void Outbox::pop_front(std::size_t count) {
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
  sent_ -= std::min(sent_, count);
  numbered_ -= count;
}

std::vector<Outbox::Message> Outbox::rest() {
  std::vector<Message> messages;
  messages.reserve(entries_.size());
  for (; numbered_ < entries_.size(); ++numbered_) number(entries_[numbered_]);
  for (const Entry& entry : entries_) messages.push_back(entry.message);
  return messages;
}

void Outbox::rejected(std::int64_t seq) {
  for (std::size_t index = 0; index < numbered_; ++index) {
    const auto* report = report_in(entries_[index].message);
    if (!report || report->seq != seq) continue;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
    if (index < sent_) --sent_;
    --numbered_;
    ++counts_.rejected;
    return;
  }
}

bool Outbox::settled(Ticket ticket) const {
  const auto oldest = std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return report_in(entry.message) != nullptr;
  });
  return oldest == entries_.end() || oldest->ticket > ticket;
}

std::uint64_t Outbox::waiting() const {
  return counts_.made - counts_.acknowledged - counts_.dropped - counts_.rejected;
}

}  // namespace fedwatt::session
