#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>

#include "fedwatt/store/store.h"

namespace fedwatt {

// What is kept of a run outside the store.
enum class Keep {
  kAudit,   // what happened, without the reports: commands and by whom, policies, who came and went
  kRounds,  // and what came of the reports: the run's totals and each round's figures
  kLog,     // and every report
};

// Writes the folder `folder`/RUN_ID, or replaces it:
//   events.jsonl   what happened, as `fedwatt export --what events` writes it
//   run.json       the run, its workers and its latest round, as GET /api/v1/runs/RUN_ID shows them
//   rounds.csv     its rounds' figures
// It is whole and on the disk, or not there. Fails with one sentence. Blocks.
tl::expected<void, std::string> archive(store::Store& store, const std::string& run_id, Keep keep,
                                        const std::filesystem::path& folder);

}  // namespace fedwatt
