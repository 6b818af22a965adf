#ifndef FEDWATT_FEDWATT_H_
#define FEDWATT_FEDWATT_H_

/* NOLINTBEGIN(modernize-*,readability-identifier-naming): C has no other words. */

#include <stddef.h>
#include <stdint.h>

/* What libfedwatt shows to programs; everything else in it is hidden. */
#define FEDWATT_EXPORT __attribute__((visibility("default")))

/* The worker's side of Fedwatt, for C (C99 and later) and for whatever can call C: it measures what
 * a federated training costs while it runs, and tells the hub. The C++ and Python APIs stand on
 * this one; docs are where they are easiest to read: <fedwatt/worker.h> has the same words with
 * types.
 *
 *   fedwatt_options options;
 *   fedwatt_options_init(&options, sizeof options);
 *   options.run = "digits";
 *   options.worker = "hospital-3";
 *   char error[256];
 *   fedwatt_worker* worker = fedwatt_worker_open(&options, error, sizeof error);
 *   if (!worker) { fprintf(stderr, "%s\n", error); return 1; }
 *   for (int64_t round = 1; round <= 20; ++round) {
 *     if (fedwatt_worker_checkpoint(worker, round) == FEDWATT_STOP) break;
 *     uint64_t fit = fedwatt_worker_begin_phase(worker, FEDWATT_FIT);
 *     train();
 *     fedwatt_worker_end_phase(worker, fit);
 *     fedwatt_result result = {.size = sizeof result, .accuracy = &accuracy};
 *     fedwatt_worker_report(worker, &result);
 *   }
 *   fedwatt_worker_free(worker);
 *
 * Rules for every call
 * - The training comes first: after fedwatt_worker_open no call fails because of the hub, none but
 *   checkpoint, checkpoint_for, flush, close and free may block, and nothing is thrown. A null
 * worker is allowed and does nothing; so does every worker in the child of a fork.
 * - Strings are UTF-8 and end with a zero byte. What a call is given stays the caller's and is
 *   copied before the call returns; only `log` and its context must live until fedwatt_worker_free.
 * - Structs begin with their size, which says which members the caller knows: a library can be
 *   newer or older than the program. Set it with sizeof, or by the _init function. Of a struct with
 *   a size that cannot be, nothing is read.
 * - checkpoint, begin_phase, end_phase, report, add_energy and plan_round are for one thread at a
 *   time. ordered, stats, flush, close and next_log_line are safe from any thread. Nobody may be in
 *   a call when fedwatt_worker_free is called.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It rises when something that worked would work no more; structs
 * and functions that are only added leave it as it is. */
#define FEDWATT_ABI_VERSION 1
FEDWATT_EXPORT int32_t fedwatt_abi_version(void);

/* The library's own version, such as "0.1.0". Static: never to be freed. */
FEDWATT_EXPORT const char* fedwatt_version(void);

/* Opaque. Made by fedwatt_worker_open, owned by the caller, ended by fedwatt_worker_free. */
typedef struct fedwatt_worker fedwatt_worker;

/* Enumerations are int32_t in structs and calls, so that their size is never in question. */
enum { FEDWATT_WORKER = 0, FEDWATT_COORDINATOR = 1 };
enum {
  FEDWATT_INIT = 0,
  FEDWATT_FIT = 1,
  FEDWATT_EVALUATE = 2,
  FEDWATT_IDLE = 3,
  FEDWATT_COMMUNICATE = 4
};
enum { FEDWATT_GO_ON = 0, FEDWATT_STOP = 1, FEDWATT_STILL_PAUSED = 2 };
enum { FEDWATT_GOAL_MAX = 0, FEDWATT_GOAL_MIN = 1 };
enum { FEDWATT_MEASURE_PROCESS = 0, FEDWATT_MEASURE_MACHINE = 1, FEDWATT_MEASURE_NOTHING = 2 };

typedef struct fedwatt_options {
  size_t size;
  const char* hub;           /* "ws://127.0.0.1:3000"; null, as in every string here: the default */
  const char* run;           /* the run's name; every worker of a training gives the same one */
  const char* worker;        /* this worker's name, unique within the run */
  int32_t role;              /* FEDWATT_WORKER or FEDWATT_COORDINATOR */
  int32_t measure;           /* whose energy: FEDWATT_MEASURE_… */
  int64_t total_rounds;      /* -1: not known */
  const char* region;        /* of the grid that feeds this machine: "FR", "US-CA"; "" not known */
  double pue;                /* of the data centre, at least 1; 0: the hub's default */
  const char* framework;     /* for people: "flower 1.13" */
  const char* target_metric; /* what the run is judged by; "" accuracy */
  int32_t target_goal;       /* FEDWATT_GOAL_… of target_metric */
  int32_t keep_log;          /* 1: lines are kept for fedwatt_worker_next_log_line */
  const char* offline_file;  /* what the hub never took is written there at the end; "" nowhere */
  /* Reports that wait for the hub, and the memory for them. Beyond either, those that were never
   * sent are folded two into one, the oldest first: what a round came to stays whole. */
  uint64_t queue_capacity;
  uint64_t queue_bytes;
  int64_t close_timeout_ms; /* how long fedwatt_worker_free may wait for the hub */
  /* One line for each thing worth knowing; null, with keep_log 0: standard error. Called within
   * fedwatt_worker_open, then from the library's own thread, and at the end within close or free;
   * must not block or call back. */
  void (*log)(void* log_context, const char* line);
  void* log_context;
  /* A folder in which reports wait on the disk, too, so that they survive this process; "": in
   * memory only. The next process with the same folder, run and worker sends what is left, in
   * order, each report once. One process at a time; a second one is told by the log and works from
   * memory, as does one whose disk is full. Give each training a folder of its own. */
  const char* spool_dir;
  /* What the hub is to do about the run by itself, as docs/policies.md writes it, such as
   * "budget:limit_g=500,act=pause target:value=0.9"; "" nothing. Only for kinds of policies that
   * the run has had none of. */
  const char* policies;
  /* For a hub at wss://, whose certificate is always verified; all in PEM. A private CA's
   * certificate to trust in place of the system's CAs; "" the system's. And, where the hub wants
   * one, a certificate and its key; "" none. */
  const char* ca_file;
  const char* client_certificate;
  const char* client_key;
  /* For a hub that wants one: what `fedwatt-hub token add` printed. A secret: it is in no log,
   * spool or file of the library's. Null or "": what the environment has as FEDWATT_TOKEN, if
   * anything. */
  const char* token;
} fedwatt_options;

/* Fills in the defaults, and the size. `size` is sizeof(fedwatt_options). */
FEDWATT_EXPORT void fedwatt_options_init(fedwatt_options* options, size_t size);

/* Starts connecting in the background and returns at once. Null if the options cannot work; then
 * `error`, if it is not null, holds one sentence that says why, cut to error_size bytes. */
FEDWATT_EXPORT fedwatt_worker* fedwatt_worker_open(const fedwatt_options* options, char* error,
                                                   size_t error_size);

/* Begins `round` and says whether to go on: FEDWATT_GO_ON or FEDWATT_STOP. Blocks while this worker
 * is ordered to pause, never because the hub is away. */
FEDWATT_EXPORT int32_t fedwatt_worker_checkpoint(fedwatt_worker* worker, int64_t round);

/* The same, but waits at most timeout_ms (0: not at all) and then returns FEDWATT_STILL_PAUSED:
 * call it again with the same round. For programs that must stay able to act while they are paused.
 */
FEDWATT_EXPORT int32_t fedwatt_worker_checkpoint_for(fedwatt_worker* worker, int64_t round,
                                                     int64_t timeout_ms);

/* What the next checkpoint would say, without waiting, beginning a round or telling the hub:
 * FEDWATT_GO_ON, FEDWATT_STOP or FEDWATT_STILL_PAUSED. */
FEDWATT_EXPORT int32_t fedwatt_worker_ordered(fedwatt_worker* worker);

/* Measures a part of the current round until end_phase is called with what begin_phase returned.
 * One at a time: beginning a second one ends the first; ending one twice is harmless. What a round
 * spends outside its phases is reported as idle, and as fit in a round without any phase; before
 * the first checkpoint it is init. 0: there is no such phase, or no worker. */
FEDWATT_EXPORT uint64_t fedwatt_worker_begin_phase(fedwatt_worker* worker, int32_t phase);
FEDWATT_EXPORT void fedwatt_worker_end_phase(fedwatt_worker* worker, uint64_t phase_id);

/* Joules; null: not measured. machine_j is one figure for the whole machine (a smart plug's) and
 * then stands alone. */
typedef struct fedwatt_energy {
  size_t size;
  const double* cpu_j;
  const double* gpu_j;
  const double* ram_j;
  const double* machine_j;
} fedwatt_energy;

/* Adds joules that something else measured (a smart plug, codecarbon) to the phase that is open,
 * else to the round's last one, else to the next report. In that report they take the meter's
 * place, and `source`, a name of at most 190 bytes, is told as "external:SOURCE". A value that is
 * not finite, negative or past 1e12 is left out, logged and counted. Where the meter runs beside
 * it, other phases still have its figures: set measure to FEDWATT_MEASURE_NOTHING if those would
 * count twice. */
FEDWATT_EXPORT void fedwatt_worker_add_energy(fedwatt_worker* worker, const fedwatt_energy* energy,
                                              const char* source);

/* What was achieved in a round; null: not measured. */
typedef struct fedwatt_result {
  size_t size;
  const double* accuracy; /* 0 to 1 */
  const double* loss;
  const int64_t* num_examples;
  const char* const* metric_names; /* any others: metric_count names and values */
  const double* metric_values;
  size_t metric_count;
  const int64_t* bytes_sent;
  const int64_t* bytes_received;
} fedwatt_result;

/* Ends this worker's part of the current round with its results (null: none), and an open
 * phase before it. A value that is not finite or out of its range is left out, logged and counted.
 */
FEDWATT_EXPORT void fedwatt_worker_report(fedwatt_worker* worker, const fedwatt_result* result);

/* A coordinator's: who takes part in `round`. Call it before the round begins. */
FEDWATT_EXPORT void fedwatt_worker_plan_round(fedwatt_worker* worker, int64_t round,
                                              const char* const* workers, size_t worker_count);

typedef struct fedwatt_stats {
  size_t size;
  int32_t connected;
  uint64_t reports_made;
  uint64_t reports_acknowledged; /* committed by the hub */
  uint64_t reports_waiting;
  uint64_t reports_dropped;  /* the queue was full, and nothing in it could be folded */
  uint64_t reports_rejected; /* the hub found them invalid */
  uint64_t reports_offline;  /* left at the end: in the spool, or written to the offline file */
  uint64_t values_left_out;  /* of reports and plans: not finite, or out of range */
  uint64_t reports_folded;   /* into another one, because the queue was full */
  uint64_t reports_spooled;  /* of those that wait: a SIGKILL does not lose them any more */
  uint64_t spool_failures;   /* times that the disk failed it, or that there could be none */
} fedwatt_stats;

/* Set stats->size first; the members it covers are filled in, with 0 where there is no worker. */
FEDWATT_EXPORT void fedwatt_worker_get_stats(fedwatt_worker* worker, fedwatt_stats* stats);

/* Waits until the hub has committed every report made so far. 0: the time ran out, or the hub said
 * not to come back. */
FEDWATT_EXPORT int32_t fedwatt_worker_flush(fedwatt_worker* worker, int64_t timeout_ms);

/* Flushes, says bye with the reason ("finished", "stopped", or your own words) and disconnects. 0:
 * not all reports reached the hub; they are then in the spool or the offline file, else lost.
 * Later calls return the first one's result. */
FEDWATT_EXPORT int32_t fedwatt_worker_close(fedwatt_worker* worker, int64_t timeout_ms,
                                            const char* reason);

/* With keep_log: copies the oldest line that was not taken yet, cut to `size` bytes with its zero,
 * and returns its length; 0 if there is none. At most 256 lines are kept, the newest ones. */
FEDWATT_EXPORT size_t fedwatt_worker_next_log_line(fedwatt_worker* worker, char* line, size_t size);

/* fedwatt_worker_close with the options' close_timeout_ms if that was not done, then gives
 * everything back. Null is allowed. */
FEDWATT_EXPORT void fedwatt_worker_free(fedwatt_worker* worker);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-*,readability-identifier-naming) */

#endif /* FEDWATT_FEDWATT_H_ */
