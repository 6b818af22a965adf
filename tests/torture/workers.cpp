#include <fedwatt/worker.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

// Workers that train as fast as their queues allow, each in a thread, under the orders of the
// torture run:
//   torture_workers HUB RUN FOLDER SEED memory|spool NAME…
// With `spool` they may be killed at any time and started again; they also end and begin anew by
// themselves, as under some FL frameworks.
//
// A number on standard input is the last round that they may begin; the end of the input is the end
// of the training. On standard output each of them says, by and by, the round it is in, how many
// reports the hub acknowledged and how many it took over from the process before it; and at the
// end, how many it made, how many of those must be in the store, and how many it lost.
//
// Every report that is made on purpose has a number of its own as machine_j. FOLDER/NAME.journal
// has a line for it before it is made ("made NUMBER ROUND PHASE"), and later, that no SIGKILL can
// take it and those before it any more ("safe NUMBER"). Each process adds to it, after "begin".

namespace {

using std::chrono::milliseconds;

constexpr int kReportsOfARound = 9;
constexpr std::uint64_t kMostWaiting = 800;
constexpr milliseconds kStatusEvery{100};
constexpr milliseconds kAtTheEnd = std::chrono::minutes(5);

// How far the training may go. Without it, a worker that is cut off would leave more rounds open
// than a hub takes.
class Gate {
 public:
  void open_up_to(std::int64_t round) { change(round, false); }
  void end() { change(0, true); }

  // Whether `round` may begin; false: the training is over.
  bool pass(std::int64_t round) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || round <= last_; });
    return !over_;
  }

 private:
  void change(std::int64_t last, bool over) {
    {
      const std::lock_guard lock(mutex_);
      last_ = std::max(last_, last);
      over_ = over;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t last_ = 0;
  bool over_ = false;
};

class Trainee {
 public:
  Trainee(fedwatt::WorkerOptions options, const std::string& folder, unsigned seed)
      : options_(std::move(options)),
        random_(seed),
        log_(folder + "/" + options_.worker + ".log", std::ios::app) {
    const std::string path = folder + "/" + options_.worker + ".journal";
    read_back(path);
    journal_.open(path, std::ios::app);
    journal_ << "begin" << std::endl;
    options_.log = [this](std::string_view line) { log_ << line << std::endl; };
    open();
  }

  void train(Gate& gate) {
    for (std::int64_t round = round_ + 1; gate.pass(round); ++round) {
      if (--rounds_left_ == 0) renew();
      train_round(round);
      note_safe();
    }
    close(kAtTheEnd, "finished");
    over_ = true;
  }

  std::string status() const {
    const std::lock_guard lock(mutex_);
    std::ostringstream line;
    line << options_.worker << ' ' << round_ << ' '
         << acknowledged_ + (worker_ ? worker_->stats().reports_acknowledged : 0) << ' '
         << taken_over_;
    return line.str();
  }

  std::string summary() const {
    std::ostringstream line;
    line << "end " << options_.worker << ' ' << number_ << ' ' << stored_ << ' ' << lost_;
    return line.str();
  }

  bool over() const { return over_; }

 private:
  struct Mark {  // the end of a round: the library's count of reports, and our number
    std::uint64_t made;
    std::uint64_t number;
  };

  // Where the process before this one was.
  void read_back(const std::string& path) {
    std::ifstream journal(path);
    for (std::string line; std::getline(journal, line);) {
      std::istringstream words(line);
      std::string kind;
      std::uint64_t number = 0;
      std::int64_t round = 0;
      if (!(words >> kind >> number >> round) || kind != "made") continue;
      number_ = number;
      round_ = round;
    }
  }

  void open() {
    auto worker = std::make_unique<fedwatt::Worker>(options_);
    const std::lock_guard lock(mutex_);
    worker_ = std::move(worker);
    taken_over_ += worker_->stats().reports_waiting;
    const bool renews = !options_.spool_dir.empty();
    rounds_left_ = renews ? std::uniform_int_distribution(20, 100)(random_) : -1;
  }

  void renew() {
    close(milliseconds(std::uniform_int_distribution(0, 300)(random_)), "renewed");
    open();
  }

  void train_round(std::int64_t round) {
    round_ = round;
    worker_->checkpoint(round);
    for (int each = 1; each <= kReportsOfARound; ++each) {
      const bool last = each == kReportsOfARound;
      const auto phase = worker_->phase(last ? fedwatt::Phase::kEvaluate : fedwatt::Phase::kFit);
      wait_for_room();  // within the phase: a gap would be a report that nobody asked for
      journal_ << "made " << ++number_ << ' ' << round << (last ? " evaluate" : " fit")
               << std::endl;
      fedwatt::EnergyReading reading;
      reading.machine_j = static_cast<double>(number_);
      worker_->add_energy(reading, "torture");
    }
    fedwatt::RoundResult result;
    result.accuracy = static_cast<double>(number_ % 1000) / 1000;
    result.num_examples = static_cast<std::int64_t>(number_);
    result.metrics["made"] = static_cast<double>(number_);
    worker_->report(result);
    marks_.push_back({worker_->stats().reports_made, number_});
  }

  void wait_for_room() const {
    while (worker_->stats().reports_waiting >= kMostWaiting) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  void note_safe() {
    const auto stats = worker_->stats();
    const auto safe = stats.reports_made - stats.reports_waiting + stats.reports_spooled;
    for (; !marks_.empty() && marks_.front().made <= safe; marks_.pop_front()) {
      journal_ << "safe " << marks_.front().number << std::endl;
    }
  }

  void close(milliseconds timeout, const char* reason) {
    worker_->close(timeout, reason);
    const auto stats = worker_->stats();
    const std::lock_guard lock(mutex_);
    stored_ += stats.reports_made - stats.reports_offline;
    acknowledged_ += stats.reports_acknowledged;
    lost_ += stats.reports_dropped + stats.reports_rejected + stats.values_left_out +
             stats.reports_folded + stats.spool_failures;
    worker_.reset();
    marks_.clear();
    journal_ << "safe " << number_ << std::endl;
  }

  fedwatt::WorkerOptions options_;
  std::mt19937 random_;
  std::ofstream journal_;
  std::ofstream log_;
  std::uint64_t number_ = 0;  // of the last report made
  std::deque<Mark> marks_;    // of the rounds that are not known to be safe
  int rounds_left_ = 0;
  std::atomic<std::int64_t> round_{0};
  std::atomic<bool> over_{false};

  mutable std::mutex mutex_;  // guards what follows against status()
  std::unique_ptr<fedwatt::Worker> worker_;
  std::uint64_t taken_over_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t lost_ = 0;
};

void obey(Gate& gate) {
  for (std::string order; std::getline(std::cin, order);) gate.open_up_to(std::stoll(order));
  gate.end();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 2;
  const std::string folder = argv[3];
  const unsigned seed = static_cast<unsigned>(std::stoul(argv[4]));
  std::vector<std::unique_ptr<Trainee>> trainees;
  for (int number = 6; number < argc; ++number) {
    fedwatt::WorkerOptions options;
    options.hub = argv[1];
    options.run = argv[2];
    options.worker = argv[number];
    options.measure = fedwatt::Measure::kNothing;
    options.region = "FR";
    options.queue_capacity = 4 * kMostWaiting;
    if (argv[5] == std::string("spool")) options.spool_dir = folder + "/spool";
    trainees.push_back(std::make_unique<Trainee>(std::move(options), folder,
                                                 seed + static_cast<unsigned>(number)));
  }

  Gate gate;
  std::vector<std::thread> threads;
  threads.emplace_back([&gate] { obey(gate); });
  for (auto& trainee : trainees) {
    threads.emplace_back([&gate, &trainee] { trainee->train(gate); });
  }
  const auto still_training = [&] {
    return std::any_of(trainees.begin(), trainees.end(),
                       [](const auto& trainee) { return !trainee->over(); });
  };
  while (still_training()) {
    for (const auto& trainee : trainees) std::cout << trainee->status() << "\n";
    std::cout << std::flush;
    std::this_thread::sleep_for(kStatusEvery);
  }
  for (auto& thread : threads) thread.join();
  for (const auto& trainee : trainees) std::cout << trainee->summary() << std::endl;
  return 0;
}
