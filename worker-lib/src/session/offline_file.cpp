#include "session/offline_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "session/files.h"

namespace fedwatt::session {
namespace {

constexpr int kMostNames = 1'000;
constexpr std::size_t kBufferBytes = 64 * 1024;

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
    if (error_ == 0) error_ = write_all(fd_, bytes);
  }

  void put_in_place() {
    if (error_ == 0 && ::fsync(fd_) != 0) error_ = errno;
    if (error_ == 0 && is_taken()) error_ = EEXIST;
    if (error_ == 0 && ::rename(part_.c_str(), name_.c_str()) != 0) error_ = errno;
    in_place_ = error_ == 0;
    if (in_place_) sync_folder_of(name_);
  }

 private:
  bool is_taken() const { return ::access(name_.c_str(), F_OK) == 0; }

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

std::string did_not_reach(std::uint64_t reports) {
  return std::to_string(reports) + (reports == 1 ? " report" : " reports") +
         " did not reach the hub";
}

}  // namespace

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
  const std::string what = did_not_reach(reports);
  const std::string lost = what + (one ? " and is lost" : " and are lost");
  if (path.empty()) return {0, lost + "; with the option offline_file a file would keep such"};
  const auto written = write_offline_file(path, left);
  if (!written) return {0, lost + ": " + written.error()};
  return {reports, what + "; `fedwatt import " + quoted(*written) + "` brings " +
                       (one ? "it" : "them") + " to one"};
}

Kept kept_in_spool(const std::string& spool_path, std::uint64_t reports) {
  return {reports, did_not_reach(reports) + "; " + (reports == 1 ? "it waits" : "they wait") +
                       " in the spool for this worker's next start, or for `fedwatt import " +
                       quoted(spool_path) + "`"};
}

}  // namespace fedwatt::session
