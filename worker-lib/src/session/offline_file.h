#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "session/outbox.h"

// What the hub has not committed when a worker closes, kept in a file that `fedwatt import` brings
// to a hub later: a JSON line for each message, as docs/offline.md describes.

namespace fedwatt::session {

struct LeftOver {
  protocol::WorkerHello hello;  // with the process's session; with the run's id if there is one
  std::vector<Outbox::Message> messages;  // numbered, in order
  std::string bye;                        // the last line: so a file that was cut is known as such
};

std::uint64_t reports_in(const LeftOver& left);

// Writes it to `path`, or to path.1, path.2, … if there is one already: nothing is ever
// overwritten, not even by several workers that close at once. What stands under that name is whole
// and on the disk. Returns the name, or why nothing was written. Blocks on the disk.
tl::expected<std::string, std::string> write_offline_file(const std::string& path,
                                                          const LeftOver& left);

// What became of the reports that are left: how many are in a file now, and a line for the log.
struct Kept {
  std::uint64_t reports = 0;
  std::string line;
};

// Writes the file, if `path` names one.
Kept keep_offline(const std::string& path, const LeftOver& left);

// What to say of reports that the spool at `spool_path` has.
Kept kept_in_spool(const std::string& spool_path, std::uint64_t reports);

}  // namespace fedwatt::session
