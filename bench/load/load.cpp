#include "load.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "process_use.h"

namespace fedwatt::bench {
namespace {

// An epoll key is a kind of connection and its index.
constexpr std::uint64_t kIndexBits = 32;
constexpr std::uint64_t kWorkerKey = 0ULL << kIndexBits;
constexpr std::uint64_t kViewerKey = 1ULL << kIndexBits;
constexpr std::uint64_t kIdleKey = 2ULL << kIndexBits;
constexpr std::uint64_t kTimerKey = 3ULL << kIndexBits;

// In a federated training nobody starts a round before the one before is over. A little slack keeps
// the server busy; the slowest worker still paces the others.
constexpr std::int64_t kRoundsAhead = 4;
constexpr std::size_t kReadFrames = 8;
constexpr std::int64_t kSecondNs = 1'000'000'000;

std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}
std::int64_t unix_ms() {
  return std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}
std::int64_t ns_of(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

}  // namespace

Load::Load(LoadOptions options)
    : options_(std::move(options)),
      dialect_(make_dialect(options_.dialect)),
      run_("load-" + std::to_string(::getpid()) + "-" + std::to_string(unix_ms())),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      read_frames_(kReadFrames) {
  if (!dialect_) throw std::runtime_error("there is no dialect " + options_.dialect);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kTimerKey;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event);
  if (options_.frames_file.empty()) return;
  frames_file_ = std::fopen(options_.frames_file.c_str(), "wb");
  if (!frames_file_) throw std::runtime_error("cannot write " + options_.frames_file);
}

Load::~Load() {
  if (frames_file_) std::fclose(frames_file_);
  ::close(timer_);
  ::close(epoll_);
}

// ---- joining ------------------------------------------------------------------------------------

void Load::watch(const WebSocket& socket, std::uint64_t key, bool writable, bool again) {
  epoll_event event{};
  event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = key;
  ::epoll_ctl(epoll_, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket.descriptor(), &event);
}

void Load::join_workers() {
  workers_.reserve(options_.workers);
  for (std::size_t index = 0; index < options_.workers; ++index) {
    WebSocket socket = dialect_->connect(options_.address, options_.port, Role::kWorker);
    dialect_->wrap("hello", worker_hello(run_, index), 0, frame_);
    socket.send(frame_);
    await(socket, *dialect_, Message::Kind::kWelcome);
    socket.set_nonblocking();
    workers_.push_back({std::move(socket), {}, 0, false});
    watch(workers_.back().socket, kWorkerKey | index);
  }
}

WebSocket Load::join_viewer() {
  WebSocket socket = dialect_->connect(options_.address, options_.port, Role::kViewer);
  dialect_->wrap("hello", viewer_hello(), 0, frame_);
  socket.send(frame_);
  await(socket, *dialect_, Message::Kind::kWelcome);
  return socket;
}

void Load::join_viewers() {
  dialect_->wrap("subscribe", subscription(run_), 0, frame_);
  const std::string subscribe = frame_;
  const auto add = [&](bool reads) {
    WebSocket socket = join_viewer();
    socket.send(subscribe);
    if (!reads) return stalled_.push_back(std::move(socket));
    await(socket, *dialect_, Message::Kind::kOther);
    socket.set_nonblocking();
    viewers_.push_back({std::move(socket), std::vector<std::int64_t>(options_.workers, 0)});
    watch(viewers_.back().socket, kViewerKey | (viewers_.size() - 1));
  };
  viewers_.reserve(options_.viewers);
  for (std::size_t index = 0; index < options_.viewers; ++index) add(true);
  for (std::size_t index = 0; index < options_.stalled; ++index) add(false);
}

void Load::add_idle() {
  const auto before = resident_bytes(options_.server_pid);
  idle_.reserve(options_.idle);
  for (std::size_t index = 0; index < options_.idle; ++index) {
    idle_.push_back(join_viewer());
    idle_.back().set_nonblocking();
    watch(idle_.back(), kIdleKey | index);
  }
  if (options_.idle == 0) return;
  result_.idle_bytes =
      (resident_bytes(options_.server_pid) - before) / static_cast<std::int64_t>(options_.idle);
}

// ---- the loop -----------------------------------------------------------------------------------

LoadResult Load::run() {
  add_idle();
  join_workers();
  join_viewers();

  std::int64_t start_ns = now_ns();
  sending_ = true;
  next_due_ns_ = start_ns;
  if (options_.rate > 0) {
    set_timer();
  } else {
    for (std::size_t index = 0; index < workers_.size(); ++index) send_what_may_go(index);
  }
  const std::int64_t warm_ns = start_ns + ns_of(options_.warmup_s);
  while (now_ns() < warm_ns) turn();

  begin_measuring();
  const Use before = use();
  start_ns = now_ns();
  const std::int64_t end_ns = start_ns + ns_of(options_.seconds);
  while (now_ns() < end_ns && (options_.reports == 0 || acked_ < options_.reports)) turn();

  sending_ = false;
  measuring_ = false;
  const std::int64_t stop_ns = now_ns();
  result_.reports = acked_ - acked_before_;
  result_.seconds = static_cast<double>(stop_ns - start_ns) / 1e9;
  result_.generator_share = (own_cpu_s() - before.generator_s) / result_.seconds;

  const std::int64_t give_up_ns = stop_ns + ns_of(options_.catch_up_s);
  while (!all_seen() && now_ns() < give_up_ns) turn();
  const Use after = use();
  result_.missing = what_is_missing();
  result_.reports_in_all = acked_ - acked_before_;
  result_.server_cpu_s = after.server_s - before.server_s;
  result_.database_cpu_s = after.database_s - before.database_s;
  result_.generator_cpu_s = after.generator_s - before.generator_s;
  result_.server_peak_bytes = most_resident_bytes(options_.server_pid);
  return std::move(result_);
}

void Load::begin_measuring() {
  result_.ack.clear();
  result_.view.clear();
  result_.states = 0;
  acked_before_ = acked_;
  sample_acked_ = acked_;
  next_sample_ = acked_ + options_.sample_every;
  sample_cpu_s_ = cpu_s(options_.server_pid);
  measuring_ = true;
}

Load::Use Load::use() const {
  return {cpu_s(options_.server_pid), family_cpu_s(options_.database_pid), own_cpu_s()};
}

void Load::turn() {
  constexpr int kLongestWaitMs = 20;
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), kLongestWaitMs);
  for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)].data.u64);
}

void Load::handle(std::uint64_t key) {
  const auto index = static_cast<std::uint32_t>(key);
  const std::uint64_t kind = key - index;
  if (kind == kWorkerKey) {
    read_worker(index);
  } else if (kind == kViewerKey) {
    read_viewer(viewers_[index]);
  } else if (kind == kTimerKey) {
    std::uint64_t expirations = 0;
    if (::read(timer_, &expirations, sizeof expirations) > 0) send_what_is_due();
  } else {
    idle_[index].receive([&](std::string_view text) {
      scratch_.clear();
      dialect_->read(text, scratch_);
      for (const Message& message : scratch_) {
        if (message.kind == Message::Kind::kPing) idle_[index].send(dialect_->pong());
      }
    });
  }
}

void Load::read_worker(std::size_t index) {
  Worker& worker = workers_[index];
  if (worker.writing && worker.socket.flush()) {
    worker.writing = false;
    watch(worker.socket, kWorkerKey | index, false, true);
  }
  worker.socket.receive([&](std::string_view text) {
    scratch_.clear();
    dialect_->read(text, scratch_);
    for (const Message& message : scratch_) {
      if (message.kind == Message::Kind::kAck) acknowledged(index, message.seq);
      if (message.kind == Message::Kind::kPing) worker.socket.send(dialect_->pong());
    }
  });
  if (options_.rate == 0) send_what_may_go(index);
}

void Load::read_viewer(Viewer& viewer) {
  viewer.socket.receive([&](std::string_view text) {
    const std::int64_t now = now_ns();
    if (measuring_) {
      ++result_.frames;
      result_.frame_bytes += text.size();
    }
    if (frames_file_ && measuring_ && &viewer == &viewers_.front()) {
      const auto length = static_cast<std::uint32_t>(text.size());
      std::fwrite(&length, sizeof length, 1, frames_file_);
      std::fwrite(text.data(), 1, text.size(), frames_file_);
    }
    const auto& messages = messages_of(text);
    for (const Message& message : messages) {
      if (message.kind == Message::Kind::kPing) viewer.socket.send(dialect_->pong());
    }
    see(viewer, messages, now);
  });
}

// Reads a frame once, however many viewers are sent it. Comparing it is as cheap as receiving it.
const std::vector<Message>& Load::messages_of(std::string_view frame) {
  for (const ReadFrame& read : read_frames_) {
    if (read.text == frame) return read.messages;
  }
  ReadFrame& oldest = read_frames_[next_read_frame_++ % kReadFrames];
  oldest.messages.clear();
  dialect_->read(frame, oldest.messages);
  oldest.text = viewers_.size() > 1 ? frame : std::string_view{};
  return oldest.messages;
}

void Load::see(Viewer& viewer, const std::vector<Message>& messages, std::int64_t now) {
  for (const Message& message : messages) {
    if (message.kind != Message::Kind::kWorkerState || message.worker >= workers_.size()) continue;
    const auto& sent_ns = workers_[message.worker].sent_ns;
    std::int64_t& seen = viewer.seen[message.worker];
    if (message.seq <= seen) continue;
    if (message.seq > static_cast<std::int64_t>(sent_ns.size())) {
      throw std::runtime_error("a viewer was shown a report that was never sent");
    }
    ++result_.states;
    while (seen < message.seq) {
      const std::int64_t sent = sent_ns[static_cast<std::size_t>(seen++)];
      if (measuring_) result_.view.add(now - sent);
    }
  }
}

void Load::acknowledged(std::size_t index, std::int64_t seq) {
  Worker& worker = workers_[index];
  if (seq > worker.sent())
    throw std::runtime_error("a report was acknowledged that was never sent");
  const std::int64_t now = now_ns();
  while (worker.acked < seq) {
    const auto round = static_cast<std::size_t>(worker.acked++);
    if (measuring_) result_.ack.add(now - worker.sent_ns[round]);
    ++acked_;
    if (done_of_round_.size() <= round) done_of_round_.resize(round + 1);
    ++done_of_round_[round];
  }
  if (options_.sample_every > 0 && measuring_ && acked_ >= next_sample_) take_sample();
  const auto slowest = static_cast<std::size_t>(rounds_done_);
  if (slowest >= done_of_round_.size() || done_of_round_[slowest] < workers_.size()) return;
  ++rounds_done_;
  for (const std::size_t waiting : std::exchange(waiting_, {})) send_what_may_go(waiting);
}

void Load::take_sample() {
  const double cpu = cpu_s(options_.server_pid);
  result_.samples.push_back(
      {acked_, (cpu - sample_cpu_s_) * 1e6 / static_cast<double>(acked_ - sample_acked_)});
  sample_cpu_s_ = cpu;
  sample_acked_ = acked_;
  next_sample_ = acked_ + options_.sample_every;
}

// ---- sending ------------------------------------------------------------------------------------

bool Load::may_send(const Worker& worker) const {
  return sending_ && worker.sent() - worker.acked < options_.window &&
         (options_.reports == 0 ||
          worker.sent() * static_cast<std::int64_t>(workers_.size()) < options_.reports);
}

void Load::send_what_may_go(std::size_t index) {
  Worker& worker = workers_[index];
  while (may_send(worker)) {
    if (worker.sent() >= rounds_done_ + kRoundsAhead * options_.window) {
      return waiting_.push_back(index);
    }
    send_report(index);
  }
}

void Load::send_report(std::size_t index) {
  Worker& worker = workers_[index];
  const std::int64_t seq = worker.sent() + 1;
  dialect_->wrap("report", report_.write(seq, unix_ms()), seq, frame_);
  worker.sent_ns.push_back(now_ns());
  ++sent_;
  worker.socket.send(frame_);
  if (!worker.writing && !worker.socket.flush()) {
    worker.writing = true;
    watch(worker.socket, kWorkerKey | index, true, true);
  }
}

void Load::send_what_is_due() {
  if (!sending_) return;
  while (next_due_ns_ <= now_ns()) {
    send_report(next_worker_);
    next_worker_ = (next_worker_ + 1) % workers_.size();
    next_due_ns_ += ns_of(1 / options_.rate);
  }
  set_timer();
}

void Load::set_timer() {
  itimerspec when{};
  when.it_value.tv_sec = next_due_ns_ / kSecondNs;
  when.it_value.tv_nsec = next_due_ns_ % kSecondNs;
  ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

// ---- the end ------------------------------------------------------------------------------------

bool Load::all_seen() const {
  return acked_ == sent_ &&
         std::all_of(viewers_.begin(), viewers_.end(), [&](const Viewer& viewer) {
           for (std::size_t index = 0; index < workers_.size(); ++index) {
             if (viewer.seen[index] < workers_[index].sent()) return false;
           }
           return true;
         });
}

std::string Load::what_is_missing() const {
  for (const Worker& worker : workers_) {
    if (worker.acked < worker.sent()) return "the server did not acknowledge every report";
  }
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    for (std::size_t viewer = 0; viewer < viewers_.size(); ++viewer) {
      const auto seen = viewers_[viewer].seen[index];
      const auto sent = workers_[index].sent();
      if (seen < sent) {
        return "viewer " + std::to_string(viewer) + " saw " + worker_name(index) + " at report " +
               std::to_string(seen) + " and not at " + std::to_string(sent);
      }
    }
  }
  return {};
}

}  // namespace fedwatt::bench
