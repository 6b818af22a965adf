#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

#include "energy/machine.h"

namespace fedwatt::testing {

// Uses `cpu_s` of CPU time, by this process's own clock.
inline void burn(double cpu_s) {
  const double until = energy::process_cpu_s() + cpu_s;
  volatile double sink = 1;
  while (energy::process_cpu_s() < until) {
    for (int i = 0; i < 10'000; ++i) sink = std::sqrt(sink + i);
  }
}

// A real process: a fork of this one that runs `body`, which talks to the test through numbers.
class BusyProcess {
 public:
  class Ends {
   public:
    Ends(int in, int out) : in_(in), out_(out) {}
    void say(double number) const { abort_unless(::write(out_, &number, sizeof number) > 0); }
    // Waits for the other one's next number; NaN if it ended.
    double hear() const {
      double number = 0;
      return ::read(in_, &number, sizeof number) == sizeof number ? number : std::nan("");
    }

   private:
    static void abort_unless(bool written) {
      if (!written) std::abort();
    }
    int in_;
    int out_;
  };

  explicit BusyProcess(const std::function<void(const Ends&)>& body) {
    int down[2];
    int up[2];
    if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ < 0) std::abort();
    if (pid_ == 0) {
      ::close(down[1]);
      ::close(up[0]);
      body(Ends(down[0], up[1]));
      ::_exit(0);
    }
    ::close(down[0]);
    ::close(up[1]);
    in_ = up[0];
    out_ = down[1];
  }
  // Ended by force: processes that were forked later may hold its pipe open.
  ~BusyProcess() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
    ::close(in_);
  }
  BusyProcess(const BusyProcess&) = delete;
  BusyProcess& operator=(const BusyProcess&) = delete;

  Ends ends() const { return {in_, out_}; }
  int pid() const { return pid_; }
  // Until it has ended, without taking note of it: it stays a zombie.
  void wait_until_ended() const {
    siginfo_t ended;
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT);
  }

 private:
  int pid_ = 0;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace fedwatt::testing
