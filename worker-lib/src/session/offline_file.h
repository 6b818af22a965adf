#pragma once

#include <cstdint>
#include <optional>
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

// Takes out again what an earlier process of the worker that says `hello` wrote to `path`: from
// then on it is the caller's alone. Nothing, if there is no such file; why it was left where it is,
// if it is not whole or is another worker's. Blocks on the disk.
tl::expected<std::optional<LeftOver>, std::string> take_offline_file(
    const std::string& path, const protocol::WorkerHello& hello);

// What became of the reports that are left: how many are in a file now, and a line for the log.
struct Kept {
  std::uint64_t reports = 0;
  std::string line;
};

// Writes the file, if `path` names one.
Kept keep_offline(const std::string& path, const LeftOver& left);

}  // namespace fedwatt::session
