#include "export/output_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace fedwatt::viewer {
namespace {

namespace fs = std::filesystem;

std::string cannot_write(const std::string& path, const std::string& why) {
  return fmt::format("cannot write {}: {}", path, why);
}

}  // namespace

tl::expected<void, std::string> OutputFiles::make_folder(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  const bool made = fs::create_directory(path, error);
  if (error) return tl::unexpected(cannot_write(path, error.message()));
  if (made) folder_ = path;
  return {};
}

tl::expected<std::ostream*, std::string> OutputFiles::create(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return tl::unexpected(cannot_write(path, "is a folder"));
  if (!overwrite_ && fs::exists(path, ignored)) {
    return tl::unexpected(path + " is there already: say --force to replace it");
  }
  File& file = files_.emplace_back();
  file.path = path;
  file.partial_path = fmt::format("{}.partial-{}", path, ::getpid());
  file.stream.open(file.partial_path, std::ios::binary | std::ios::trunc);
  if (!file.stream) {
    return tl::unexpected(cannot_write(path, std::generic_category().message(errno)));
  }
  return &file.stream;
}

tl::expected<void, std::string> OutputFiles::complete() {
  const std::lock_guard lock(mutex_);
  for (File& file : files_) {
    file.stream.close();
    if (!file.stream) {
      return tl::unexpected(cannot_write(file.path, std::generic_category().message(errno)));
    }
  }
  for (; !files_.empty(); files_.pop_front()) {
    std::error_code error;
    fs::rename(files_.front().partial_path, files_.front().path, error);
    if (error) return tl::unexpected(cannot_write(files_.front().path, error.message()));
    folder_.clear();
  }
  return {};
}

void OutputFiles::discard() {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  for (const File& file : files_) fs::remove(file.partial_path, ignored);
  if (!folder_.empty()) fs::remove(folder_, ignored);
}

}  // namespace fedwatt::viewer
