#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "fedwatt/hub/visible_runs.h"
#include "fedwatt/net/peers.h"

// What is stored of a run, page by page, for export: its reports as a table, or its whole log. For
// the I/O thread; nothing here blocks. docs/export.md is the specification.

namespace fedwatt::hub {

inline constexpr std::size_t kMaxPageEvents = 10'000;
inline constexpr std::size_t kFullPageBytes = 4 << 20;

struct PageRequest {
  enum class Table { kReports, kEvents };
  std::string run_id;
  Table table = Table::kReports;
  bool csv = false;          // else JSON lines
  std::int64_t after = 0;    // the page begins with the event that follows this offset
  std::size_t limit = 1000;  // so many events, of which not all need be reports
};

// What the request asks for, or the answer to a request that makes no sense. Empty: no page at all.
std::optional<tl::expected<PageRequest, net::HttpResponse>> page_request(
    const net::HttpRequest& request, const VisibleRuns& runs);

// A page while it is written. It ends at its limit, at the end of the log, or when its text is
// long: a page holds kFullPageBytes and one slice of events at most.
class Page {
 public:
  explicit Page(PageRequest request);

  const std::string& run_id() const { return request_.run_id; }
  // The next events to read from the store: this many after that offset.
  std::int64_t after() const { return request_.after; }
  std::size_t slice() const;

  // Writes the events that were read, of which fewer than slice() are the last of the run. Whether
  // more are to be read for this page.
  bool take(const store::Events& events);

  // The answer; with a header `Link: <…>; rel="next"` unless the log has ended.
  net::HttpResponse answer() &&;

 private:
  void write(const run::StoredEvent& stored);

  PageRequest request_;  // what is still to be read of it
  std::size_t limit_;    // as it was asked for
  std::string text_;
  bool at_end_ = false;
};

}  // namespace fedwatt::hub
