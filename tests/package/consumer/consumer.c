/* A user's program in C99: a training of one round that goes on although its hub is away. */
#include <fedwatt/fedwatt.h>

#include <stdio.h>

static int expect(int condition, const char* what) {
  if (!condition) fprintf(stderr, "consumer: expected that %s\n", what);
  return condition;
}

int main(void) {
  fedwatt_options options;
  fedwatt_options_init(&options, sizeof options);
  options.hub = "ws://127.0.0.1:1"; /* nothing listens on port 1 */
  options.run = "package-test";
  options.keep_log = 1;
  char error[256];
  int good = expect(!fedwatt_worker_open(&options, error, sizeof error) && error[0] != '\0',
                    "a worker without a name is refused with a reason");

  options.worker = "consumer";
  fedwatt_worker* worker = fedwatt_worker_open(&options, error, sizeof error);
  if (!expect(worker != NULL, "a worker opens without its hub")) return 1;
  good &= expect(fedwatt_worker_checkpoint(worker, 1) == FEDWATT_GO_ON, "the training goes on");
  fedwatt_worker_end_phase(worker, fedwatt_worker_begin_phase(worker, FEDWATT_FIT));
  const double accuracy = 0.5;
  const fedwatt_result result = {.size = sizeof result, .accuracy = &accuracy};
  fedwatt_worker_report(worker, &result);

  fedwatt_stats stats = {.size = sizeof stats};
  fedwatt_worker_get_stats(worker, &stats);
  good &= expect(!stats.connected && stats.reports_made >= 1, "the report was made and waits");
  good &= expect(!fedwatt_worker_close(worker, 100, NULL), "close says that a report is lost");
  fedwatt_worker_free(worker);
  good &= expect(fedwatt_abi_version() == FEDWATT_ABI_VERSION, "header and library agree");
  if (good) puts("consumer in C: all is well");
  return good ? 0 : 1;
}
