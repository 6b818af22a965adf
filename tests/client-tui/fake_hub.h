#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace fedwatt::viewer {

// fake_hub.py as a child process, which ends with this object.
class FakeHub {
 public:
  // Blocks until the hub listens. Throws std::system_error or std::runtime_error if it cannot.
  explicit FakeHub(const std::vector<std::string>& options);
  ~FakeHub();
  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  const std::string& url() const { return url_; }

 private:
  pid_t child_ = 0;
  std::string url_;
};

}  // namespace fedwatt::viewer
