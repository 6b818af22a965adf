#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <numeric>

#include "fake_nvml.h"
#include "recorded_machine.h"

// Several FL clients, each a process of its own, on one GPU: what they are billed adds up to what
// the GPU spent, and not to a multiple of it.

namespace fedwatt::energy {
namespace {

using fedwatt::testing::FakeGpu;
using fedwatt::testing::FakeNvml;
using fedwatt::testing::RecordedMachine;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

// nvml_client as a process; nothing waits for ever, as the test program itself has a time-out.
class Client {
 public:
  explicit Client(const std::string& root) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::array<std::string, 3> words{FEDWATT_NVML_CLIENT, root, FakeNvml::library()};
    std::array<char*, 4> argv{words[0].data(), words[1].data(), words[2].data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_client_ = ::fdopen(in[1], "w");
    from_client_ = ::fdopen(out[0], "r");
    EXPECT_EQ(next_line(), "open\n");
  }
  // It ends when its standard input does.
  ~Client() {
    std::fclose(to_client_);
    int status = -1;
    ::waitpid(pid_, &status, 0);
    EXPECT_EQ(status, 0);
    std::fclose(from_client_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int pid() const { return pid_; }
  double billed_j(double elapsed_s) {
    std::fprintf(to_client_, "%f\n", elapsed_s);
    std::fflush(to_client_);
    return std::stod(next_line());
  }

 private:
  std::string next_line() {
    std::array<char, 64> line{};
    return std::fgets(line.data(), line.size(), from_client_) ? line.data() : "it ended";
  }

  pid_t pid_ = -1;
  std::FILE* to_client_ = nullptr;
  std::FILE* from_client_ = nullptr;
};

class Sharing : public ::testing::Test {
 protected:
  void run_clients(int count, const std::string& pid_namespace) {
    std::filesystem::create_directories(recorded_.path("proc/self/ns"));
    std::filesystem::create_directories(recorded_.path("proc/self/fd"));
    std::filesystem::create_symlink(pid_namespace, recorded_.path("proc/self/ns/pid"));
    std::filesystem::create_symlink("/dev/nvidia-uvm", recorded_.path("proc/self/fd/9"));
    fake_.show({gpu_});
    for (int started = 0; started < count; ++started) {
      clients_.push_back(std::make_unique<Client>(recorded_.path("").string()));
    }
  }
  std::vector<double> billed_j() {
    fake_.show({gpu_});
    std::vector<double> billed;
    for (const auto& client : clients_) billed.push_back(client->billed_j(1));
    return billed;
  }

  RecordedMachine recorded_;
  FakeNvml fake_;
  FakeGpu gpu_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(Sharing, SeveralClientsAddUpToTheGpu) {
  run_clients(3, "pid:[4026531836]");
  for (const auto& client : clients_) gpu_.processes.push_back(client->pid());

  gpu_.energy_mj = 100'000;  // all three train: 100 J
  gpu_.use = {{clients_[0]->pid(), 40}, {clients_[1]->pid(), 30}, {clients_[2]->pid(), 10}};
  EXPECT_THAT(billed_j(), ElementsAre(50, 37.5, 12.5));  // of 80

  gpu_.energy_mj += 60'000;  // the last one trains alone
  gpu_.use = {{clients_[2]->pid(), 5}};
  EXPECT_THAT(billed_j(), ElementsAre(0, 0, 60));

  gpu_.energy_mj += 30'000;  // all wait for the next round
  gpu_.use = {};
  EXPECT_THAT(billed_j(), ElementsAre(10, 10, 10));

  gpu_.energy_mj += 100'000;  // a stranger uses it, too
  gpu_.use = {{clients_[0]->pid(), 20}, {clients_[1]->pid(), 20}, {1'000'000'001, 60}};
  EXPECT_THAT(billed_j(), ElementsAre(20, 20, 0));
}

TEST_F(Sharing, SeveralContainersAddUpToTheGpu) {
  run_clients(4, "pid:[4026532198]");
  // The driver names them by ids that none of them knows.
  for (const auto& client : clients_) gpu_.processes.push_back(client->pid() + 1'000'000'000);
  gpu_.energy_mj = 100'000;
  gpu_.use = {{gpu_.processes[0], 90}};
  const auto billed = billed_j();
  EXPECT_THAT(billed, ElementsAre(25, 25, 25, 25));
}

TEST_F(Sharing, SeveralContainersThatSeeThemselvesAddUpToTheGpu) {
  run_clients(2, "pid:[4026532198]");
  gpu_.energy_mj = 90'000;
  gpu_.use = {{clients_[0]->pid(), 40}, {clients_[1]->pid(), 20}};
  // Each is shown itself in the list, and everybody's use: newer drivers.
  std::vector<double> billed;
  for (const auto& client : clients_) {
    gpu_.processes = {client->pid()};
    fake_.show({gpu_});
    billed.push_back(client->billed_j(1));
  }
  EXPECT_THAT(billed, ElementsAre(60, 30));

  gpu_.energy_mj += 30'000;
  gpu_.use = {};
  billed.clear();
  for (const auto& client : clients_) {
    gpu_.processes = {client->pid()};
    fake_.show({gpu_});
    billed.push_back(client->billed_j(1));
  }
  EXPECT_THAT(billed, ElementsAre(15, 15));
}

}  // namespace
}  // namespace fedwatt::energy
