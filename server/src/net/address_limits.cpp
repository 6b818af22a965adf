#include "net/address_limits.h"

#include <algorithm>
#include <utility>

namespace fedwatt::net {

AddressLimits::AddressLimits(std::uint64_t most_connections, double requests_per_s)
    : most_connections_(most_connections), requests_per_s_(requests_per_s) {}

AddressLimits::PlacePtr AddressLimits::enter(const std::string& address) {
  return std::make_shared<const Place>(entries_, address);
}

bool AddressLimits::crowded(const std::string& address, std::uint64_t spare) const {
  const auto entry = entries_->find(address);
  return entry != entries_->end() && entry->second.connections > most_connections_ + spare;
}

double AddressLimits::spent(const Entry& entry, Time now) const {
  const std::chrono::duration<double> since = now - entry.at;
  return std::max(0.0, entry.spent - since.count() * requests_per_s_);
}

bool AddressLimits::ask(const std::string& address, Time now) {
  auto& entry = (*entries_)[address];
  entry.spent = spent(entry, now);
  entry.at = now;
  if (entry.spent + 1 > kBurstS * requests_per_s_) return false;
  entry.spent += 1;
  return true;
}

bool AddressLimits::exhausted(const std::string& address, Time now) const {
  const auto entry = entries_->find(address);
  return entry != entries_->end() && spent(entry->second, now) + 1 > kBurstS * requests_per_s_;
}

void AddressLimits::forget_idle(Time now) {
  for (auto entry = entries_->begin(); entry != entries_->end();) {
    const bool idle = entry->second.connections == 0 && spent(entry->second, now) <= 0;
    entry = idle ? entries_->erase(entry) : std::next(entry);
  }
}

AddressLimits::Place::Place(std::shared_ptr<Entries> entries, std::string address)
    : entries_(std::move(entries)), address_(std::move(address)) {
  ++(*entries_)[address_].connections;
}

AddressLimits::Place::~Place() {
  const auto entry = entries_->find(address_);  // it is there while it has a connection
  --entry->second.connections;
}

}  // namespace fedwatt::net
