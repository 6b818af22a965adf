#include "app/crash_guard.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>

namespace fedwatt::viewer {
namespace {

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// Leaves the alternate screen, shows the cursor, ends every style, ends mouse reports.
constexpr char kRestore[] = "\x1b[?1049l\x1b[?25h\x1b[0m\x1b[?7h\x1b[?1003l\x1b[?1006l\r\n";

termios saved_terminal;
bool has_terminal = false;
std::array<struct sigaction, kCrashes.size()> actions_before;

void restore_actions() {
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    sigaction(kCrashes[i], &actions_before[i], nullptr);
  }
}

// Only calls that are allowed in a signal handler.
void restore_and_die(int signal, siginfo_t* info, void* /*context*/) {
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, kRestore, sizeof kRestore - 1);
  if (has_terminal) tcsetattr(STDIN_FILENO, TCSANOW, &saved_terminal);
  restore_actions();
  // A fault comes again as soon as this returns, and so to whoever was there before with all that a
  // sanitizer's report needs. A signal that was sent does not.
  const bool was_sent = info->si_code <= 0;
  if (was_sent) raise(signal);
}

}  // namespace

CrashGuard::CrashGuard() {
  has_terminal = tcgetattr(STDIN_FILENO, &saved_terminal) == 0;
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    sigaction(kCrashes[i], nullptr, &actions_before[i]);
  }
  arm();
}

CrashGuard::~CrashGuard() { restore_actions(); }

void CrashGuard::arm() {
  struct sigaction action {};
  action.sa_sigaction = restore_and_die;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kCrashes) sigaction(signal, &action, nullptr);
}

}  // namespace fedwatt::viewer
