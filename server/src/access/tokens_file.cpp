#include "fedwatt/access/tokens_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace fedwatt::access {
namespace {

namespace fs = std::filesystem;

// Owns a descriptor.
class File {
 public:
  File(const fs::path& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

tl::unexpected<std::string> failed(const fs::path& file, const std::string& what) {
  return tl::unexpected("the tokens' file " + file.string() + " " + what);
}

tl::unexpected<std::string> failed_with_errno(const fs::path& file, const std::string& what) {
  return failed(file, what + ": " + std::generic_category().message(errno));
}

tl::expected<std::string, std::string> read_all(const fs::path& path) {
  const File file(path, O_RDONLY | O_NONBLOCK);  // a pipe in its place must not make us wait
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
    return failed_with_errno(path, "cannot be read");
  }
  if (!S_ISREG(status.st_mode)) return failed(path, "is no file");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return failed(path, "may be written by others than its owner: chmod 600 it");
  }
  std::string text(kMaxTokensFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed_with_errno(path, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxTokensFileBytes) {
    return failed(path, "is longer than " + std::to_string(kMaxTokensFileBytes >> 20) + " MiB");
  }
  text.resize(size);
  return text;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(descriptor) == 0;
}

// Beside the file and then in its place.
tl::expected<void, std::string> replace(const fs::path& path, const std::string& text) {
  const fs::path beside = path.string() + ".new";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    struct stat before {};
    if (::stat(path.c_str(), &before) == 0) {
      // Root may have changed what the hub's own user must read.
      [[maybe_unused]] const int as_good = ::fchown(file.get(), before.st_uid, before.st_gid);
    }
    if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text)) {
      const auto failure = failed_with_errno(path, "cannot be written");
      ::unlink(beside.c_str());
      return failure;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    return failed_with_errno(path, "cannot be replaced");
  }
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const File directory(folder, O_RDONLY | O_DIRECTORY);
  if (directory.is_open()) ::fsync(directory.get());
  return {};
}

}  // namespace

tl::expected<Tokens, std::string> read_tokens(const fs::path& file) {
  const auto text = read_all(file);
  if (!text) return tl::unexpected(text.error());
  auto tokens = parse_tokens(*text);
  if (!tokens) return failed(file, "cannot be used: " + tokens.error());
  return tokens;
}

tl::expected<void, std::string> change_tokens(const fs::path& file, const Change& change) {
  std::error_code ignored;
  const fs::path real = fs::is_symlink(file, ignored) ? fs::canonical(file, ignored) : file;
  const File lock(real.string() + ".lock", O_RDWR | O_CREAT, 0600);
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX) != 0) {
    return failed_with_errno(real, "cannot be locked");
  }
  Tokens tokens;
  if (fs::exists(real, ignored)) {
    auto read = read_tokens(real);
    if (!read) return tl::unexpected(read.error());
    tokens = std::move(*read);
  }
  if (auto changed = change(tokens); !changed) return changed;
  const auto text = text_of(tokens);
  if (tokens.size() > kMaxTokens || text.size() > kMaxTokensFileBytes) {
    return failed(real, "would become too long: take out those that are over");
  }
  return replace(real, text);
}

tl::expected<std::optional<Tokens>, std::string> WatchedTokens::look() {
  // Before it is read: what changes meanwhile is seen at the next look.
  const auto stamp = stamp_of(file_.string());
  if (seen_ == stamp) return std::nullopt;
  seen_ = stamp;
  auto tokens = read_tokens(file_);
  if (!tokens) return tl::unexpected(tokens.error());
  return std::optional(std::move(*tokens));
}

}  // namespace fedwatt::access
