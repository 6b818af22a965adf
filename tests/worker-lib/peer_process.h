#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace fedwatt::testing {

inline constexpr std::chrono::seconds kDeadline{
    30};  // generous: nothing waits this long if it works

// A Python program of this folder that plays the other end of a connection. It is told what to do
// by lines on its standard input and tells what it saw by lines on its standard output; the first
// line is the port on which it listens. Killed at the end.
class PeerProcess {
 public:
  PeerProcess(const std::string& script, const std::vector<std::string>& arguments = {});
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  int port() const { return port_; }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

  void tell(const std::string& line);

  // The next line that the peer wrote; a failure of the test and "" after kDeadline.
  std::string next_line();

  // Skips lines up to one that contains `text` and returns it; a failure of the test if none comes.
  std::string line_with(const std::string& text);

  void kill();

 private:
  pid_t pid_ = -1;
  int to_peer_ = -1;
  int from_peer_ = -1;
  int port_ = 0;
  std::string unread_;
};

}  // namespace fedwatt::testing
