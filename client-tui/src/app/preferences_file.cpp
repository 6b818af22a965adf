#include "app/preferences_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 64 * 1024;

ReadPreferences ignored(const std::string& why) { return {{}, {why}}; }

tl::unexpected<std::string> failed(const std::string& path, std::error_code error) {
  return tl::unexpected(
      fmt::format("preferences are not kept: {}: {}", printable(path), error.message()));
}
std::error_code last_error() { return {errno, std::generic_category()}; }

// Each folder on the way that is missing, for its owner only.
std::error_code make_folders(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return {};
  if (const auto above = make_folders(folder.parent_path())) return above;
  if (mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return last_error();
  return {};
}

std::error_code write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0 ? std::error_code() : last_error();
}

}  // namespace

ReadPreferences read_preferences(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (path.empty() || status.type() == fs::file_type::not_found) return {};
  // Anything else could keep the reader waiting.
  if (status.type() != fs::file_type::regular) return ignored("is not a file that can be read");
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) return ignored("cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return ignored("is too large for what it is");
  return parse_preferences(text);
}

tl::expected<void, std::string> write_preferences(const std::string& path,
                                                  const Preferences& preferences) {
  if (path.empty()) return {};
  std::error_code error;
  fs::path target = fs::weakly_canonical(path, error);
  if (error) target = path;
  if (const auto problem = make_folders(target.parent_path())) return failed(path, problem);
  std::string partial = target.string() + ".XXXXXX";
  const int descriptor = mkostemp(partial.data(), O_CLOEXEC);
  if (descriptor < 0) return failed(path, last_error());
  error = write_all(descriptor, format_preferences(preferences));
  close(descriptor);
  if (!error) fs::rename(partial, target, error);
  if (!error) return {};
  unlink(partial.c_str());
  return failed(path, error);
}

}  // namespace fedwatt::viewer
