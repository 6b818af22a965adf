#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/fedwatt.h"

// The worker's side of Fedwatt: measures what a federated training costs while it runs, and tells
// the hub. The training comes first: once a Worker is built, no call here throws, blocks on the
// network or fails because the hub is away. The one call that may block is checkpoint(), while an
// operator has paused the run.
//
//   fedwatt::Worker worker({"ws://127.0.0.1:3000", "digits", "hospital-3"});
//   for (int round = 1; round <= 20; ++round) {
//     if (worker.checkpoint(round) == fedwatt::Next::kStop) break;
//     {
//       auto fit = worker.phase(fedwatt::Phase::kFit);
//       train();
//     }
//     worker.report({accuracy, loss, num_examples});
//   }
//
// C++17, and inline over the C functions of fedwatt.h: no C++ type crosses into the library, so a
// program need not be compiled by the library's compiler.

namespace fedwatt {

enum class Role { kWorker, kCoordinator };
enum class Phase { kInit, kFit, kEvaluate, kIdle, kCommunicate };
enum class Next { kContinue, kStop, kStillPaused };

// Whose energy: that of this process and its children, so that several workers on one machine add
// up to the machine; the whole machine's, for one that does nothing else; or none of the library's
// own, where add_energy() brings all of it.
enum class Measure { kProcess, kMachine, kNothing };

// The metric that the run is judged by, and which way is better.
struct Target {
  enum class Goal { kMax, kMin };
  std::string metric = "accuracy";
  Goal goal = Goal::kMax;
};

// Members that are left out keep what stands here; {} spares programs a warning about them.
struct WorkerOptions {
  std::string hub = "ws://127.0.0.1:3000";  // or wss://, which is verified
  std::string run{};     // the run's name; every worker of a training gives the same one
  std::string worker{};  // this worker's name, unique within the run
  Role role = Role::kWorker;
  std::optional<std::int64_t> total_rounds{};
  std::string region{};         // of the grid that feeds this machine: "FR", "US-CA"; "" unknown
  std::optional<double> pue{};  // of the data centre, at least 1; the hub's default if not given
  std::string framework{};      // for people: "flower 1.13"
  Target target{};
  Measure measure = Measure::kProcess;
  // What the hub never took is written there at the end, for `fedwatt import`. "" nowhere.
  std::string offline_file{};
  // A folder in which reports wait on the disk, too, so that they survive this process. "" in
  // memory only. The next process with the same folder, run and worker sends what is left, in
  // order, each report once; the constructor reads it. One process at a time: a second one is told
  // by the log and works from memory, as does one whose disk is full. Then, and where there is
  // none, offline_file is written at the end. Give each training a folder of its own.
  std::string spool_dir{};
  // Reports that wait for the hub, and the memory for them. Beyond either, those that were never
  // sent are folded two into one, the oldest first, and counted: what a round came to stays whole.
  std::size_t queue_capacity = 10'000;
  std::size_t queue_bytes = 16 * 1024 * 1024;
  // How long the destructor may wait for the hub to commit what is queued.
  std::chrono::milliseconds close_timeout{5'000};
  // Receives one line for each thing worth knowing (connected, lost the hub, an error of ours).
  // Called within the constructor, then from the library's own thread, and at the end within
  // close(); must not block or call the Worker. Default: standard error.
  std::function<void(std::string_view line)> log{};
  // What the hub is to do about the run by itself, as docs/policies.md writes it, such as
  // "budget:limit_g=500,act=pause". Only for kinds of policies that the run has had none of.
  std::vector<std::string> policies{};
  // For a hub at wss://, all in PEM. A private CA's certificate to trust in place of the system's
  // CAs; "" the system's. And, where the hub wants one, a certificate and its key.
  std::string ca_file{};
  std::string client_certificate{};
  std::string client_key{};
  // For a hub that wants one: what `fedwatt-hub token add` printed. A secret: it is in no log,
  // spool or file of the library's. "": what the environment has as FEDWATT_TOKEN, if anything.
  std::string token{};
};

// What a worker (or the coordinator, of the aggregated model) achieved in a round. Leave out what
// was not measured.
struct RoundResult {
  std::optional<double> accuracy{};  // 0 to 1
  std::optional<double> loss{};
  std::optional<std::int64_t> num_examples{};
  std::map<std::string, double> metrics{};  // any others, by name
  std::optional<std::int64_t> bytes_sent{};
  std::optional<std::int64_t> bytes_received{};
};

// Joules that something else measured. machine_j is one figure for the whole machine (a smart
// plug's) and stands alone.
struct EnergyReading {
  std::optional<double> cpu_j{};
  std::optional<double> gpu_j{};
  std::optional<double> ram_j{};
  std::optional<double> machine_j{};
};

struct WorkerStats {
  bool connected = false;
  std::uint64_t reports_made = 0;
  std::uint64_t reports_acknowledged = 0;  // committed by the hub
  std::uint64_t reports_waiting = 0;
  std::uint64_t reports_dropped = 0;   // the queue was full, and nothing in it could be folded
  std::uint64_t reports_rejected = 0;  // the hub found them invalid
  std::uint64_t reports_offline = 0;   // left at the end: in the spool, or in the offline file
  std::uint64_t values_left_out = 0;   // of reports and plans: not finite, or out of range
  std::uint64_t reports_folded = 0;    // into another one, because the queue was full
  std::uint64_t reports_spooled = 0;   // of those that wait: a SIGKILL does not lose them any more
  std::uint64_t spool_failures = 0;    // times that the disk failed it, or that there could be none
};

// Measures from its construction to its end, and then makes one report of it. Movable; must not
// outlive its Worker. One scope at a time: opening a second one ends the first.
class PhaseScope {
 public:
  PhaseScope(PhaseScope&& other) noexcept;
  PhaseScope& operator=(PhaseScope&& other) noexcept;
  ~PhaseScope();

  void end() noexcept;  // before the scope's end; harmless twice

 private:
  friend class Worker;
  PhaseScope(fedwatt_worker* worker, std::uint64_t id) noexcept;
  fedwatt_worker* worker_;
  std::uint64_t id_;
};

// One FL client, or the coordinator. Its training calls (checkpoint, phase, report, add_energy,
// plan_round) are for one thread at a time; ordered, stats, flush and close are safe from any
// thread. The child of a fork has no worker: there every call does nothing.
class Worker {
 public:
  // Starts connecting in the background and returns at once. Throws std::invalid_argument if the
  // options cannot work (no run, no worker, a hub that is no ws:// address, pue below 1).
  explicit Worker(const WorkerOptions& options);
  // close(close_timeout) if that was not done.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Begins `round` (numbered as the FL framework does, from 0 or 1) and says whether to go on. What
  // was measured before the first checkpoint counts as part of that round.
  // Blocks while this worker is ordered to pause, and measures that time as phase `idle`. Under a
  // coordinator a worker is told of a pause or stop but goes on answering its coordinator, so
  // there it only blocks or stops when an operator named this very worker. Never blocks because
  // the hub is away: what was last ordered stands. Never returns kStillPaused.
  Next checkpoint(std::int64_t round) noexcept;

  // The same, but waits at most `timeout` and then returns kStillPaused: call it again with the
  // same round. For programs that must stay able to act while they are paused.
  Next checkpoint_for(std::int64_t round, std::chrono::milliseconds timeout) noexcept;

  // What the next checkpoint would say, without waiting, beginning a round or telling the hub.
  Next ordered() const noexcept;

  // Measures a part of the current round. What a round spends outside its phases is reported as
  // `idle`, and as `fit` in a round without any phase; before the first checkpoint it is `init`.
  [[nodiscard]] PhaseScope phase(Phase phase) noexcept;

  // Adds what `source` measured to the phase that is open, else to the round's last one, else to
  // the next report. In that report it takes the meter's place, under the name "external:SOURCE"
  // (at most 190 bytes). A value that is not finite, negative or past 1e12 is left out, logged and
  // counted.
  void add_energy(const EnergyReading& reading, std::string_view source) noexcept;

  // Ends this worker's part of the current round with its results, and a phase that is still open
  // before it; the results go with the last measured phase. A value that is not finite or out of
  // its range is left out, logged and counted.
  void report(const RoundResult& result) noexcept;

  // A coordinator's: who takes part in `round`. Call it before the round begins.
  void plan_round(std::int64_t round, const std::vector<std::string>& workers) noexcept;

  WorkerStats stats() const noexcept;

  // Waits until the hub has committed every report made so far. False: the time ran out, or the hub
  // said not to come back.
  bool flush(std::chrono::milliseconds timeout) noexcept;

  // Flushes, says bye with the reason ("finished", "stopped", or your own words) and disconnects.
  // False: the time ran out, or the hub said not to come back, with reports still waiting; they
  // are then in the spool or the offline file, else lost. A checkpoint that waits in another
  // thread returns kStop. Later calls return the first one's result.
  bool close(std::chrono::milliseconds timeout, std::string_view reason = "finished") noexcept;

 private:
  const std::function<void(std::string_view)> log_;  // the library calls it until worker_'s end
  fedwatt_worker* worker_;
};

}  // namespace fedwatt

#include "fedwatt/worker_inline.h"
