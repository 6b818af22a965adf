#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dialect.h"
#include "histogram.h"
#include "training.h"
#include "websocket.h"

namespace fedwatt::bench {

struct LoadOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 3000;
  std::string dialect = "plain";
  std::size_t workers = 100;
  std::size_t viewers = 1;
  std::size_t stalled = 0;  // viewers that subscribe and never read
  std::size_t idle = 0;     // viewers that say hello and nothing else
  double seconds = 10;      // of sending, after the warm-up
  double warmup_s = 1;
  double catch_up_s = 60;    // what viewers are given to see everything
  std::int64_t reports = 0;  // of all workers, each its share; 0: no limit
  std::int64_t window = 1;   // reports of a worker that wait for an ack
  double rate = 0;           // reports a second of all workers together; 0: as fast as acks come
  std::int64_t sample_every = 0;  // reports; 0: no samples
  int server_pid = 0;             // 0: its use is not measured
  int database_pid = 0;           // of PostgreSQL's first process
  std::string frames_file;        // keeps what the first viewer was sent, each after its length
};

// The cost of the reports since the sample before.
struct Sample {
  std::int64_t reports = 0;  // until now
  double server_cpu_us = 0;  // per report
};

struct LoadResult {
  std::int64_t reports = 0;         // acknowledged between warm-up and the last send
  double seconds = 0;               // that this took
  std::int64_t reports_in_all = 0;  // from warm-up until every viewer had seen everything
  double server_cpu_s = 0;          // for these; the same of the next two
  double database_cpu_s = 0;
  double generator_cpu_s = 0;
  double generator_share = 0;  // of a core, while sending
  Histogram ack;
  Histogram view;  // from a report's send to a viewer's receipt of a state that includes it
  std::uint64_t states = 0;       // of workers, that viewers were sent
  std::uint64_t frames = 0;       // that viewers were sent while sending
  std::uint64_t frame_bytes = 0;  // of these
  std::vector<Sample> samples;
  std::string missing;          // what some viewer never saw; empty: all saw everything
  std::int64_t idle_bytes = 0;  // of the server's memory for each idle connection
  std::int64_t server_peak_bytes = 0;
};

// A training's workers and viewers, played by one thread. Construct, then run() once. Throws
// std::runtime_error for whatever goes wrong.
class Load {
 public:
  explicit Load(LoadOptions options);
  ~Load();

  LoadResult run();

 private:
  struct Worker {
    WebSocket socket;
    std::vector<std::int64_t> sent_ns;  // of the report seq at seq - 1
    std::int64_t acked = 0;
    bool writing = false;  // waits for the kernel to take more
    std::int64_t sent() const { return static_cast<std::int64_t>(sent_ns.size()); }
  };
  struct Viewer {
    WebSocket socket;
    std::vector<std::int64_t> seen;  // of each worker, the newest report
  };
  struct ReadFrame {
    std::string text;
    std::vector<Message> messages;
  };
  struct Use {
    double server_s, database_s, generator_s;
  };

  void join_workers();
  void join_viewers();
  void add_idle();
  WebSocket join_viewer();
  void watch(const WebSocket& socket, std::uint64_t key, bool writable = false, bool again = false);

  void begin_measuring();
  void turn();  // waits for something to happen, and handles it
  void handle(std::uint64_t key);
  void read_worker(std::size_t index);
  void read_viewer(Viewer& viewer);
  void acknowledged(std::size_t index, std::int64_t seq);
  void see(Viewer& viewer, const std::vector<Message>& messages, std::int64_t now_ns);
  const std::vector<Message>& messages_of(std::string_view frame);
  void take_sample();

  bool may_send(const Worker& worker) const;
  void send_report(std::size_t index);
  void send_what_may_go(std::size_t index);
  void send_what_is_due();
  void set_timer();
  bool all_seen() const;
  std::string what_is_missing() const;
  Use use() const;

  LoadOptions options_;
  std::unique_ptr<Dialect> dialect_;
  std::string run_;
  int epoll_ = -1;
  int timer_ = -1;
  std::vector<Worker> workers_;
  std::vector<Viewer> viewers_;
  std::vector<WebSocket> idle_;
  std::vector<WebSocket> stalled_;

  ReportWriter report_;
  std::string frame_;
  std::vector<ReadFrame> read_frames_;  // the newest: viewers are sent the same ones
  std::size_t next_read_frame_ = 0;
  std::vector<Message> scratch_;
  FILE* frames_file_ = nullptr;

  bool sending_ = false;
  bool measuring_ = false;
  std::int64_t sent_ = 0;
  std::int64_t acked_ = 0;
  std::int64_t acked_before_ = 0;           // when measuring began
  std::vector<std::size_t> done_of_round_;  // workers whose report of it is acknowledged
  std::int64_t rounds_done_ = 0;            // by all
  std::vector<std::size_t> waiting_;        // workers that are too far ahead
  std::int64_t next_due_ns_ = 0;
  std::size_t next_worker_ = 0;
  std::int64_t next_sample_ = 0;
  double sample_cpu_s_ = 0;
  std::int64_t sample_acked_ = 0;
  LoadResult result_;
};

}  // namespace fedwatt::bench
