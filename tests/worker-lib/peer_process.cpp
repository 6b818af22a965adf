#include "peer_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace fedwatt::testing {

PeerProcess::PeerProcess(const std::string& script, const std::vector<std::string>& arguments) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  EXPECT_EQ(::pipe(in.data()), 0);
  EXPECT_EQ(::pipe(out.data()), 0);

  // Debian's python3-websockets belongs to Debian's Python.
  std::vector<std::string> words{"/usr/bin/python3", std::string(FEDWATT_TEST_DIR) + "/" + script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  for (const int descriptor : {in[0], in[1], out[0], out[1]}) {
    ::posix_spawn_file_actions_addclose(&actions, descriptor);
  }
  EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_peer_ = in[1];
  from_peer_ = out[0];
  const std::string port = next_line();
  if (!port.empty()) port_ = std::stoi(port);
}

PeerProcess::~PeerProcess() {
  kill();
  ::close(to_peer_);
  ::close(from_peer_);
}

void PeerProcess::tell(const std::string& line) {
  const std::string bytes = line + "\n";
  EXPECT_EQ(::write(to_peer_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

std::string PeerProcess::next_line() {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    pollfd ready{from_peer_, POLLIN, 0};
    std::array<char, 4096> bytes{};
    const bool late = std::chrono::steady_clock::now() >= deadline;
    const ssize_t count = late ? 0
                          : ::poll(&ready, 1, 100) == 1
                              ? ::read(from_peer_, bytes.data(), bytes.size())
                              : -1;
    if (count == 0) {
      ADD_FAILURE() << (late ? "the peer wrote no line in time" : "the peer ended");
      return {};
    }
    if (count > 0) unread_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::string PeerProcess::line_with(const std::string& text) {
  for (;;) {
    std::string line = next_line();
    if (line.empty() || line.find(text) != std::string::npos) return line;
  }
}

void PeerProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace fedwatt::testing
