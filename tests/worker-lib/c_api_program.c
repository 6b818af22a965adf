/* Compiled as C99: what a C program can say. Called by c_api_test.cpp. */
#include "c_api_program.h"

#include <string.h>

int c_program_trains_one_round(const char* hub) {
  fedwatt_options options;
  fedwatt_options_init(&options, sizeof options);
  options.hub = hub;
  options.run = "digits";
  options.worker = "hospital-3";
  options.region = "FR";
  options.keep_log = 1;
  char error[256];
  fedwatt_worker* worker = fedwatt_worker_open(&options, error, sizeof error);
  if (!worker) return 0;

  if (fedwatt_worker_ordered(worker) != FEDWATT_GO_ON) return 0;
  if (fedwatt_worker_checkpoint(worker, 1) != FEDWATT_GO_ON) return 0;
  const uint64_t fit = fedwatt_worker_begin_phase(worker, FEDWATT_FIT);
  fedwatt_worker_end_phase(worker, fit);

  const double accuracy = 0.5;
  const int64_t num_examples = 520;
  const char* const names[] = {"auc", "f1"};
  const double values[] = {0.75, 0.25};
  fedwatt_result result = {.size = sizeof result,
                           .accuracy = &accuracy,
                           .num_examples = &num_examples,
                           .metric_names = names,
                           .metric_values = values,
                           .metric_count = 2};
  fedwatt_worker_report(worker, &result);

  const int32_t closed = fedwatt_worker_close(worker, 30000, "finished");
  fedwatt_stats stats = {.size = sizeof stats};
  fedwatt_worker_get_stats(worker, &stats);
  char line[512];
  int connected = 0;
  while (fedwatt_worker_next_log_line(worker, line, sizeof line) > 0) {
    if (strstr(line, "connected to the hub")) connected = 1;
  }
  fedwatt_worker_free(worker);
  return closed && connected && stats.reports_acknowledged == stats.reports_made;
}
