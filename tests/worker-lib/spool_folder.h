#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace fedwatt::testing {

// A folder of its own for a test's spools, and what was logged.
class SpoolFolder : public ::testing::Test {
 protected:
  SpoolFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fedwatt-spool-XXXXXX");
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SpoolFolder() override { std::filesystem::remove_all(folder_); }

  std::string folder() const { return folder_; }
  // Of one kind, such as ".spool"; empty if there is none.
  std::string file(std::string_view extension = ".spool") const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == extension) return entry.path();
    }
    return "";
  }
  bool is_empty() const { return std::filesystem::is_empty(folder_); }
  auto logger() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_ += line;
      log_ += '\n';
    };
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::string log_;  // guarded by mutex_
};

}  // namespace fedwatt::testing
