#include "input/worker_list.h"

#include <algorithm>

#include "input/filter.h"
#include "text/words.h"

namespace fedwatt::viewer {

std::vector<const protocol::WorkerView*> workers_in_order(const RunRecord& run, const UiState& ui) {
  std::vector<const protocol::WorkerView*> workers;
  workers.reserve(run.workers.size());
  for (const bool coordinators : {true, false}) {
    for (const auto& [name, worker] : run.workers) {
      if ((worker.role == protocol::Role::kCoordinator) != coordinators) continue;
      const bool let_through =
          matches_filter(ui.workers_filter, {worker.worker, worker.region, label_of(worker).word});
      if (let_through) workers.push_back(&worker);
    }
  }
  return workers;
}

const protocol::WorkerView* selected_worker(const std::vector<const protocol::WorkerView*>& workers,
                                            const UiState& ui) {
  const auto selected = std::find_if(
      workers.begin(), workers.end(),
      [&](const protocol::WorkerView* worker) { return worker->worker == ui.selected_worker; });
  if (selected != workers.end()) return *selected;
  return workers.empty() ? nullptr : workers.front();
}

}  // namespace fedwatt::viewer
