#include "session/offline_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::session {
namespace {

constexpr int kMostNames = 1'000;
constexpr std::size_t kBufferBytes = 64 * 1024;

std::string reason(int error) { return std::generic_category().message(error); }

// A file that is there under its name only when it is whole. Created for this process alone: its
// ".part" is the lock that keeps others off the name, too.
class NewFile {
 public:
  explicit NewFile(std::string name) : name_(std::move(name)), part_(name_ + ".part") {
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    error_ = fd_ < 0 ? errno : 0;
    if (fd_ >= 0 && is_taken()) error_ = EEXIST;
  }
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    if (!in_place_) ::unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  int error() const { return error_; }  // 0: all is well

  void write(std::string_view bytes) {
    while (!bytes.empty() && error_ == 0) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
  }

  void put_in_place() {
    if (error_ == 0 && ::fsync(fd_) != 0) error_ = errno;
    if (error_ == 0 && is_taken()) error_ = EEXIST;
    if (error_ == 0 && ::rename(part_.c_str(), name_.c_str()) != 0) error_ = errno;
    in_place_ = error_ == 0;
    if (in_place_) sync_folder();
  }

 private:
  bool is_taken() const { return ::access(name_.c_str(), F_OK) == 0; }

  // So that the new name survives a power cut, where the file system can promise it.
  void sync_folder() const {
    const auto slash = name_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : name_.substr(0, slash + 1);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    static_cast<void>(::fsync(fd));
    ::close(fd);
  }

  std::string name_;
  std::string part_;
  int fd_ = -1;
  int error_ = 0;
  bool in_place_ = false;
};

void write_lines(NewFile& file, const LeftOver& left) {
  std::string buffer;
  const auto add = [&](const protocol::WorkerMessage& message) {
    const std::string line = protocol::encode(message);
    if (line.size() > kMaxMessageBytes) return;  // a plan that names too many: the hub refuses it
    buffer += line;
    buffer += '\n';
    if (buffer.size() < kBufferBytes) return;
    file.write(buffer);
    buffer.clear();
  };
  protocol::WorkerHello hello = left.hello;
  hello.token.clear();  // a secret
  hello.sent_at.reset();
  add(hello);
  for (const auto& message : left.messages) {
    std::visit([&](const auto& each) { add(each); }, message);
  }
  add(protocol::Bye{left.bye});
  file.write(buffer);
}

// As a shell takes it for one word.
std::string quoted(const std::string& path) {
  constexpr std::string_view kHarmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+=:,@%";
  if (path.find_first_not_of(kHarmless) == std::string::npos) return path;
  std::string word = "'";
  for (const char c : path) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// Empty unless every line is understood, the first is a hello and the last a bye.
std::optional<LeftOver> parse(std::istream& file) {
  LeftOver left;
  bool greeted = false;
  bool whole = false;
  for (std::string line; std::getline(file, line);) {
    for (auto& message : protocol::decode_worker_frame(line)) {
      if (!message || whole) return std::nullopt;
      if (auto* hello = std::get_if<protocol::WorkerHello>(&*message); hello && !greeted) {
        left.hello = std::move(*hello);
        greeted = true;
      } else if (auto* report = std::get_if<protocol::Report>(&*message); report && greeted) {
        left.messages.emplace_back(std::move(*report));
      } else if (auto* plan = std::get_if<protocol::RoundPlan>(&*message); plan && greeted) {
        left.messages.emplace_back(std::move(*plan));
      } else if (auto* bye = std::get_if<protocol::Bye>(&*message); bye && greeted) {
        left.bye = std::move(bye->reason);
        whole = true;
      } else {
        return std::nullopt;
      }
    }
  }
  if (!whole) return std::nullopt;
  return left;
}

}  // namespace

tl::expected<std::optional<LeftOver>, std::string> take_offline_file(
    const std::string& path, const protocol::WorkerHello& hello) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  auto left = parse(file);
  if (!left) return tl::unexpected(path + " was left where it is: it is no whole offline file");
  if (left->hello.run != hello.run || left->hello.worker != hello.worker) {
    return tl::unexpected(path + " was left where it is: it is of worker " + left->hello.worker +
                          " of run " + left->hello.run);
  }
  if (::unlink(path.c_str()) != 0) {
    return tl::unexpected(path + " was left where it is: " + reason(errno));
  }
  return left;
}

std::uint64_t reports_in(const LeftOver& left) {
  return static_cast<std::uint64_t>(std::count_if(
      left.messages.begin(), left.messages.end(),
      [](const auto& message) { return std::holds_alternative<protocol::Report>(message); }));
}

tl::expected<std::string, std::string> write_offline_file(const std::string& path,
                                                          const LeftOver& left) {
  for (int number = 0; number < kMostNames; ++number) {
    const std::string name = number == 0 ? path : path + "." + std::to_string(number);
    NewFile file(name);
    if (file.error() == 0) {
      write_lines(file, left);
      file.put_in_place();
    }
    if (file.error() == 0) return name;
    if (file.error() != EEXIST) {
      return tl::unexpected("cannot write " + name + ": " + reason(file.error()));
    }
  }
  return tl::unexpected("cannot write " + path + ": that name and " +
                        std::to_string(kMostNames - 1) + " after it are taken");
}

Kept keep_offline(const std::string& path, const LeftOver& left) {
  const std::uint64_t reports = reports_in(left);
  const bool one = reports == 1;
  const std::string what =
      std::to_string(reports) + (one ? " report" : " reports") + " did not reach the hub";
  const std::string lost = what + (one ? " and is lost" : " and are lost");
  if (path.empty()) return {0, lost + "; with the option offline_file a file would keep such"};
  const auto written = write_offline_file(path, left);
  if (!written) return {0, lost + ": " + written.error()};
  return {reports, what + "; `fedwatt import " + quoted(*written) + "` brings " +
                       (one ? "it" : "them") + " to one"};
}

}  // namespace fedwatt::session
