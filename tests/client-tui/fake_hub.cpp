#include "fake_hub.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace fedwatt::viewer {

FakeHub::FakeHub(const std::vector<std::string>& options) {
  std::vector<std::string> words{"/usr/bin/python3", FEDWATT_FAKE_HUB};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int error =
      posix_spawn(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);

  std::string port;
  for (char c = 0; error == 0 && read(ends[0], &c, 1) == 1 && c != '\n';) port += c;
  close(ends[0]);
  if (error != 0) throw std::system_error(error, std::system_category());
  if (port.empty()) throw std::runtime_error("fake_hub.py ended before it listened");
  url_ = "ws://127.0.0.1:" + port;
}

FakeHub::~FakeHub() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

}  // namespace fedwatt::viewer
