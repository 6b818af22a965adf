#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/hub/edition_intensity.h"
#include "fedwatt/hub/runs.h"

namespace fedwatt::hub {

// Makes editions of runs: runs of their own with the events of the original, at the original's
// times, in which only the intensities and the emissions of the reports are computed anew. An
// edition orders nothing and decides nothing; it is shown when it is whole and committed.
//
// One edition is made at a time, and never more than a page of events ahead of what is committed,
// so that the trainings that go on hardly notice. For the I/O thread; no call blocks.
class Editions {
 public:
  using Answer = std::function<void(tl::expected<protocol::Recomputed, protocol::Error>)>;

  // All must outlive it; `known` is what the hub knows of the grids.
  Editions(Runs& runs, CommitCycle& cycle, store::Committer& committer, net::Timers& timers,
           const carbon::Intensities& known);

  // Makes what is asked for, unless this request has made it before. Calls `answer` once: when the
  // edition is committed, or as soon as it is clear that there will be none.
  void make(protocol::Recompute request, const std::string& made_by, const Answer& answer);

 private:
  struct Job {
    protocol::Recompute request;
    std::string made_by;
    run::Run* original;
    EditionIntensity intensity;
    std::vector<Answer> answers;
    std::unique_ptr<run::Run> edition;  // while it is made
    std::int64_t events = 0;            // that it is to have
  };

  tl::expected<void, protocol::Error> enqueue(protocol::Recompute request,
                                              const std::string& made_by, const Answer& answer);
  // These concern the first job.
  void begin();
  void read_page();
  void take(const store::Committer::Page& page);
  void add(const run::StoredEvent& stored);
  void finish(const tl::expected<protocol::Recomputed, protocol::Error>& result);

  Runs& runs_;
  CommitCycle& cycle_;
  store::Committer& committer_;
  net::Timers& timers_;
  const carbon::Intensities& known_;
  std::deque<Job> jobs_;
};

}  // namespace fedwatt::hub
