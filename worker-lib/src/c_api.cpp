#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "c_structs.h"
#include "kept_log.h"
#include "worker_impl.h"

// The functions of fedwatt.h over WorkerImpl. Nothing that is thrown goes out.

struct fedwatt_worker {
  fedwatt_worker(fedwatt::WorkerOptions options, const fedwatt_options& given)
      : impl(with_log(std::move(options), given)) {}

  fedwatt::KeptLog kept_log;
  fedwatt::WorkerImpl impl;  // last: it logs while it is built

 private:
  fedwatt::WorkerOptions with_log(fedwatt::WorkerOptions options, const fedwatt_options& given) {
    if (!given.log && given.keep_log == 0) return options;
    options.log = [this, log = given.log, context = given.log_context,
                   keep = given.keep_log != 0](std::string_view line) {
      if (keep) kept_log.add(line);
      if (log) log(context, std::string(line).c_str());
    };
    return options;
  }
};

namespace fedwatt {
namespace {

using std::chrono::milliseconds;

// The training comes first: whatever goes wrong in here, memory running out for one, costs a
// measurement and nothing else. In the child of a fork nothing is done at all.
template <class Result, class Call>
Result without_harm(fedwatt_worker* worker, Result fallback, Call call) noexcept {
  if (!worker || !worker->impl.in_own_process()) return fallback;
  try {
    return call(worker->impl);
  } catch (...) {
    return fallback;
  }
}

template <class Call>
void without_harm(fedwatt_worker* worker, Call call) noexcept {
  without_harm(worker, false, [&](WorkerImpl& impl) {
    call(impl);
    return true;
  });
}

std::int32_t number_of(Next next) { return static_cast<std::int32_t>(next); }

}  // namespace
}  // namespace fedwatt

using fedwatt::milliseconds;
using fedwatt::without_harm;
using fedwatt::WorkerImpl;

std::int32_t fedwatt_abi_version(void) { return FEDWATT_ABI_VERSION; }

const char* fedwatt_version(void) { return FEDWATT_VERSION; }

void fedwatt_options_init(fedwatt_options* options, size_t size) {
  if (!options || size < sizeof options->size || size > fedwatt::c::kLargestStruct) return;
  std::memset(options, 0, size);
  std::memcpy(options, &fedwatt::c::kDefaultOptions, std::min(size, sizeof(fedwatt_options)));
  options->size = size;
}

fedwatt_worker* fedwatt_worker_open(const fedwatt_options* options, char* error,
                                    size_t error_size) {
  fedwatt::c::copy_text("", error, error_size);
  try {
    fedwatt_options known = fedwatt::c::kDefaultOptions;
    if (!fedwatt::c::read(options, &known)) {
      throw std::invalid_argument(
          "the options are missing or their size cannot be; begin with fedwatt_options_init");
    }
    return new fedwatt_worker(fedwatt::c::options_of(known), known);
  } catch (const std::exception& failure) {
    fedwatt::c::copy_text(failure.what(), error, error_size);
  } catch (...) {
    fedwatt::c::copy_text("the worker could not be opened", error, error_size);
  }
  return nullptr;
}

std::int32_t fedwatt_worker_checkpoint(fedwatt_worker* worker, int64_t round) {
  return without_harm(worker, std::int32_t{FEDWATT_GO_ON},
                      [&](WorkerImpl& impl) { return fedwatt::number_of(impl.checkpoint(round)); });
}

std::int32_t fedwatt_worker_checkpoint_for(fedwatt_worker* worker, int64_t round,
                                           int64_t timeout_ms) {
  return without_harm(worker, std::int32_t{FEDWATT_GO_ON}, [&](WorkerImpl& impl) {
    return fedwatt::number_of(impl.checkpoint_for(round, milliseconds(timeout_ms)));
  });
}

std::int32_t fedwatt_worker_ordered(fedwatt_worker* worker) {
  return without_harm(worker, std::int32_t{FEDWATT_GO_ON},
                      [](WorkerImpl& impl) { return fedwatt::number_of(impl.ordered()); });
}

std::uint64_t fedwatt_worker_begin_phase(fedwatt_worker* worker, int32_t phase) {
  return without_harm(worker, std::uint64_t{0}, [&](WorkerImpl& impl) {
    if (phase >= FEDWATT_INIT && phase <= FEDWATT_COMMUNICATE) {
      return impl.begin_phase(static_cast<fedwatt::Phase>(phase));
    }
    impl.leave_out("a phase was left out: " + std::to_string(phase) + " is none");
    return std::uint64_t{0};
  });
}

void fedwatt_worker_end_phase(fedwatt_worker* worker, uint64_t phase_id) {
  without_harm(worker, [&](WorkerImpl& impl) { impl.end_phase(phase_id); });
}

void fedwatt_worker_add_energy(fedwatt_worker* worker, const fedwatt_energy* energy,
                               const char* source) {
  without_harm(worker, [&](WorkerImpl& impl) {
    fedwatt_energy known{};
    if (!fedwatt::c::read(energy, &known)) {
      return impl.leave_out("energy was left out: the size of its struct cannot be");
    }
    impl.add_energy(fedwatt::c::reading_of(known), fedwatt::c::text_or(source, ""));
  });
}

void fedwatt_worker_report(fedwatt_worker* worker, const fedwatt_result* result) {
  without_harm(worker, [&](WorkerImpl& impl) {
    fedwatt_result known{};
    if (result && !fedwatt::c::read(result, &known)) {
      impl.leave_out("a round's results were left out: the size of their struct cannot be");
    }
    impl.report(fedwatt::c::result_of(known));
  });
}

void fedwatt_worker_plan_round(fedwatt_worker* worker, int64_t round, const char* const* workers,
                               size_t worker_count) {
  without_harm(worker, [&](WorkerImpl& impl) {
    if (!workers && worker_count > 0) return impl.leave_out("a plan was left out: it names nobody");
    std::vector<std::string> names;
    for (std::size_t index = 0; index < worker_count; ++index) {
      names.push_back(fedwatt::c::text_or(workers[index], ""));
    }
    impl.plan_round(round, names);
  });
}

void fedwatt_worker_get_stats(fedwatt_worker* worker, fedwatt_stats* stats) {
  fedwatt_stats filled{};
  if (!fedwatt::c::read(stats, &filled)) return;
  const std::size_t size = stats->size;
  filled = fedwatt::c::stats_of(
      without_harm(worker, fedwatt::WorkerStats{}, [](WorkerImpl& impl) { return impl.stats(); }));
  filled.size = size;
  std::memcpy(stats, &filled, std::min(size, sizeof filled));
}

std::int32_t fedwatt_worker_flush(fedwatt_worker* worker, int64_t timeout_ms) {
  return without_harm(worker, std::int32_t{0}, [&](WorkerImpl& impl) {
    return impl.flush(milliseconds(timeout_ms)) ? 1 : 0;
  });
}

std::int32_t fedwatt_worker_close(fedwatt_worker* worker, int64_t timeout_ms, const char* reason) {
  return without_harm(worker, std::int32_t{0}, [&](WorkerImpl& impl) {
    return impl.close(milliseconds(timeout_ms), fedwatt::c::text_or(reason, "finished")) ? 1 : 0;
  });
}

size_t fedwatt_worker_next_log_line(fedwatt_worker* worker, char* line, size_t size) {
  if (!line || size == 0) return 0;
  const auto kept = without_harm(worker, std::optional<std::string>(),
                                 [&](WorkerImpl&) { return worker->kept_log.take(); });
  return fedwatt::c::copy_text(kept.value_or(""), line, size);
}

void fedwatt_worker_free(fedwatt_worker* worker) {
  if (!worker) return;
  // In the child of a fork its thread is the parent's; taking the rest apart would wait for it.
  if (!worker->impl.in_own_process()) return;
  without_harm(worker, [](WorkerImpl& impl) { impl.close(impl.close_timeout(), "finished"); });
  delete worker;
}
