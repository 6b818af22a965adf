#pragma once

#include <string>
#include <vector>

#include "model/viewer_model.h"
#include "view/view_context.h"

// A federated training as a hub would tell of it, the same in every test: twelve of fifty rounds,
// a coordinator and four workers, one of them away.

namespace fedwatt::viewer::sample {

// 2026-01-01T10:00:00Z plus so many seconds.
protocol::Timestamp at(double seconds);

inline constexpr double kNow = 125;  // seconds at which the snapshots are taken

protocol::RunView run(const std::string& id = "r-7f3a", const std::string& name = "fashion-mnist");
protocol::WorkerView worker(const std::string& name);
protocol::RoundView round(int number);
protocol::EventView event(int offset, const std::string& message);
protocol::CommandStatus command(const std::string& id);
protocol::Snapshot snapshot();
protocol::ViewerWelcome welcome();

// Four runs, one of each kind, as summaries.
std::vector<protocol::RunView> several_runs();

// Connected, with several_runs() and snapshot().
ViewerModel model();

// A strategy among others that were tried: so much better and so much dearer than fashion-mnist in
// each of its `rounds` rounds. 0.02 and 0.5: two points better, for half the emissions.
protocol::Snapshot rival(const std::string& id, const std::string& name, double better,
                         double emissions_factor, int rounds);
// model() and rivals of fashion-mnist, with all their rounds.
ViewerModel model_with_rivals();

// The same after forty reports of each worker, ten seconds apart, up to at(121): power and grid go
// up and down, hospital-3 was away for a while, and hospital-4 is since report 20.
ViewerModel model_with_past();

// As many workers, "worker-0001" and so on, in a run of their own with the id "r-many".
protocol::Snapshot many_workers(int count);

}  // namespace fedwatt::viewer::sample
