#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

// Offline files as tests write them, in a folder that is gone with this object.

namespace fedwatt::viewer {

inline std::string hello_line(const std::string& worker, const std::string& more = "") {
  return R"({"type":"hello","run":"digits","worker":")" + worker + R"(","session":"s-)" + worker +
         "\"" + more + "}\n";
}

inline std::string report_line(std::int64_t seq, std::int64_t round) {
  return R"({"type":"report","seq":)" + std::to_string(seq) + R"(,"round":)" +
         std::to_string(round) +
         R"(,"phase":"fit","started_at":"2026-01-01T00:00:00.000Z","duration_s":1})" + "\n";
}

inline std::string plan_line(std::int64_t round) {
  return R"({"type":"round_plan","round":)" + std::to_string(round) + R"(,"selected":["a"]})" +
         "\n";
}

inline const std::string kHello = hello_line("a");
inline const std::string kBye = "{\"type\":\"bye\",\"reason\":\"finished\"}\n";

class OfflineFiles {
 public:
  OfflineFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fedwatt-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OfflineFiles() { std::filesystem::remove_all(folder_); }
  OfflineFiles(const OfflineFiles&) = delete;
  OfflineFiles& operator=(const OfflineFiles&) = delete;

  std::string path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace fedwatt::viewer
