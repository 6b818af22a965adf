#include "local_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace fedwatt::net {
namespace {

// What comes next; empty once the other side has closed.
std::string read_some(int socket) {
  std::array<char, 65'536> buffer{};
  const auto count = ::read(socket, buffer.data(), buffer.size());
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

std::size_t body_bytes(const std::string& head) {
  const auto length = head.find("Content-Length: ");
  return length == std::string::npos ? 0 : std::strtoul(head.c_str() + length + 16, nullptr, 10);
}

std::string read_request(int socket) {
  std::string request;
  for (;;) {
    const auto part = read_some(socket);
    request += part;
    const auto end = request.find("\r\n\r\n");
    const bool complete =
        end != std::string::npos && request.size() >= end + 4 + body_bytes(request.substr(0, end));
    if (part.empty() || complete) return request;
  }
}

}  // namespace

LocalServer::LocalServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 100) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("no port is free");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

LocalServer::~LocalServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string LocalServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<std::string> LocalServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void LocalServer::serve() {
  for (;;) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    auto request = read_request(socket);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    answer_(socket);
    ::close(socket);
  }
}

void LocalServer::write(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void LocalServer::wait_for_close(int socket) {
  while (!read_some(socket).empty()) {
  }
}

}  // namespace fedwatt::net
