#include "energy/children.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "energy/numbers.h"

namespace fedwatt::energy {
namespace {

// More than any training has; whoever has more is in a loop of forks.
constexpr std::size_t kMostChildren = 4096;

// The mark of a process that has a meter: a socket bound to a name made of its process id, in the
// kernel's abstract namespace. It costs a descriptor, goes when the process does, and a child that
// inherits it by fork does not thereby bear a mark of its own: its id is another.
class Mark {
 public:
  explicit Mark(int pid) {
    const std::string name = "fedwatt-meter-" + std::to_string(pid);
    std::copy(name.begin(), name.end(), address_.sun_path + 1);
    size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }
  // Where it fails a parent that has a meter counts this process, too; there is nothing to be done.
  void set() const { static_cast<void>(::bind(unconnected(), generic(), size_)); }
  bool is_set() const {
    const int probe = unconnected();
    const bool found = ::connect(probe, generic(), size_) == 0;
    ::close(probe);
    return found;
  }

 private:
  static int unconnected() { return ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }

  sockaddr_un address_{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t size_ = 0;
};

// Once in a process, and for all its life: what it used before and after its meter was open must
// not be taken for its parent's either.
void mark_this_process() {
  static std::atomic<int> marked = 0;
  if (marked.exchange(::getpid()) != ::getpid()) Mark(::getpid()).set();
}

bool has_any_child() {
  siginfo_t ignored;
  return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

// The processes that a process started and that still live, whichever of its threads did.
std::vector<int> children_of(const std::filesystem::path& process) {
  std::vector<int> pids;
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator(process / "task", gone)) {
    std::ifstream list(thread.path() / "children");
    for (int pid = 0; list >> pid;) pids.push_back(pid);
  }
  return pids;
}

// CPU time of all threads of a process; empty if it has ended.
std::optional<double> cpu_s_of(const std::filesystem::path& process) {
  // "123 (a name, maybe with spaces) S 1 …": after the state ten numbers that do not matter here.
  const std::string stat = read_first_line(process / "stat");
  const auto name_end = stat.rfind(") ");
  if (name_end == std::string::npos || name_end + 3 >= stat.size()) return std::nullopt;
  const char state = stat[name_end + 2];
  if (state == 'Z' || state == 'X') return std::nullopt;
  std::array<double, 12> numbers{};
  if (!read_numbers(std::string_view(stat).substr(name_end + 3), numbers)) return std::nullopt;
  const double user = numbers[10];
  const double system = numbers[11];
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

Children::Children(const Machine& machine) : proc_(machine.root / "proc") {
  mark_this_process();
  last_ = look();
}

Children::ByPid Children::look() const {
  ByPid found;
  if (!has_any_child()) return found;
  std::vector<int> waiting = children_of(proc_ / "self");
  while (!waiting.empty() && found.size() < kMostChildren) {
    const int pid = waiting.back();
    waiting.pop_back();
    const auto process = proc_ / std::to_string(pid);
    const auto cpu_s = cpu_s_of(process);
    if (!cpu_s) continue;
    const bool measures_itself = Mark(pid).is_set();
    if (!found.insert({pid, {*cpu_s, measures_itself}}).second || measures_itself) continue;
    for (const int grandchild : children_of(process)) waiting.push_back(grandchild);
  }
  return found;
}

double Children::spent_s() {
  ByPid now = look();
  double spent_s = 0;
  for (const auto& [pid, child] : now) {
    if (child.measures_itself) continue;
    const auto before = last_.find(pid);
    // One that was not there before began since. An id that was given anew counts from 0 again.
    const double from_s = before == last_.end() ? 0 : before->second.cpu_s;
    spent_s += std::max(0.0, child.cpu_s - from_s);
  }
  last_ = std::move(now);
  return spent_s;
}

std::vector<int> Children::pids() const {
  std::vector<int> pids;
  for (const auto& [pid, child] : last_) {
    if (!child.measures_itself) pids.push_back(pid);
  }
  return pids;
}

}  // namespace fedwatt::energy
