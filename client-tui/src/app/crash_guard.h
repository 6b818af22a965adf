#pragma once

namespace fedwatt::viewer {

// From its creation to its end a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) first gives the
// terminal back as it was when the guard was created, then goes on to the handler that was there
// before, a sanitizer's for one, or ends the program as it would have. One at a time.
class CrashGuard {
 public:
  CrashGuard();
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

  // Installs the handlers again, after somebody else has installed theirs.
  void arm();
};

}  // namespace fedwatt::viewer
