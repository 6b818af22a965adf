#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace fedwatt::net {

// What one address may take: connections at a time, and handshakes and HTTP requests a second. It
// may be behind for a while and then make up for it: kBurstS seconds' worth at once.
//
// Times only go forward. For one thread. C++17, as websocketpp is.
class AddressLimits {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double kBurstS = 4;

  AddressLimits(std::uint64_t most_connections, double requests_per_s);

  // One connection of an address, for as long as it is held.
  class Place;
  using PlacePtr = std::shared_ptr<const Place>;
  PlacePtr enter(const std::string& address);
  // Whether there are more than there may be, with `spare` more.
  bool crowded(const std::string& address, std::uint64_t spare = 0) const;

  // Counts a handshake or a request; whether it may be.
  bool ask(const std::string& address, Time now);
  // Whether the next would be refused.
  bool exhausted(const std::string& address, Time now) const;

  // Forgets those who have nothing left that counts against them; call it now and then.
  void forget_idle(Time now);
  std::size_t known() const { return entries_->size(); }

 private:
  struct Entry {
    std::uint64_t connections = 0;
    double spent = 0;  // of the burst, when it was last looked at
    Time at{};
  };
  using Entries = std::unordered_map<std::string, Entry>;

  double spent(const Entry& entry, Time now) const;

  std::uint64_t most_connections_;
  double requests_per_s_;
  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();  // places may outlive us
};

class AddressLimits::Place {
 public:
  Place(std::shared_ptr<Entries> entries, std::string address);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<Entries> entries_;
  std::string address_;
};

}  // namespace fedwatt::net
