#include "net/admission.h"

#include <sys/resource.h>

#include <utility>

namespace fedwatt::net {

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

Admission::Admission(std::uint64_t most_sockets, std::uint64_t most_strangers)
    : most_sockets_(most_sockets), most_strangers_(most_strangers) {}

Admission::TicketPtr Admission::admit(std::function<void()> end) {
  auto& strangers = crowd_->strangers;
  if (crowd_->sockets >= most_sockets_ || strangers.size() >= most_strangers_) {
    if (strangers.empty()) return nullptr;
    strangers.extract(strangers.begin()).mapped()();
  }
  return std::make_shared<Ticket>(crowd_, std::move(end));
}

Admission::Ticket::Ticket(std::shared_ptr<Crowd> crowd, std::function<void()> end)
    : crowd_(std::move(crowd)), number_(++crowd_->last_number) {
  ++crowd_->sockets;
  crowd_->strangers.emplace(number_, std::move(end));
}

Admission::Ticket::~Ticket() {
  settle();
  --crowd_->sockets;
}

void Admission::Ticket::settle() { crowd_->strangers.erase(number_); }

}  // namespace fedwatt::net
