#include "store/sql_store.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "store/failure.h"

namespace fedwatt::store {

namespace {

using Kind = StoreError::Kind;
using run::StoredEvent;

constexpr std::int64_t kPageRows = 1000;

// One table's rows of one run, read page by page so that a long run need not fit into memory.
template <class Row>
class Pages {
 public:
  using Read = std::function<std::vector<Row>(std::int64_t after)>;

  Pages(std::int64_t after, Read read) : read_(std::move(read)), last_offset_(after) {}

  // The next row, or null at the end.
  Row* peek() {
    if (next_ == page_.size() && !at_end_) {
      page_ = read_(last_offset_);
      next_ = 0;
      at_end_ = page_.empty();
      if (!at_end_) last_offset_ = page_.back().event_offset;
    }
    return next_ == page_.size() ? nullptr : &page_[next_];
  }

  StoredEvent take() { return to_event(std::move(page_[next_++])); }

 private:
  Read read_;
  std::vector<Row> page_;
  std::size_t next_ = 0;
  std::int64_t last_offset_;
  bool at_end_ = false;
};

}  // namespace

tl::expected<std::unique_ptr<Store>, StoreError> SqlStore::open(
    std::unique_ptr<Database> database) {
  std::unique_ptr<SqlStore> store(new SqlStore(std::move(database)));
  if (auto opened = store->in_transaction([] {}); !opened) {
    return tl::unexpected(std::move(opened).error());
  }
  return store;
}

tl::expected<void, StoreError> SqlStore::append(std::span<const StoredEvent> events) {
  if (events.empty()) return {};
  return in_transaction([&] {
    NewRows rows;
    std::vector<const StoredEvent*> repeated;
    for (const StoredEvent& event : events) {
      std::int64_t& last = last_offset(event.run_id);
      if (event.offset > last + 1 || event.offset < 1) {
        throw Failure(Kind::kInvalidEvent, place(event.run_id, event.offset) +
                                               " cannot be stored: " + std::to_string(last + 1) +
                                               " is next");
      }
      if ((event.offset == 1) != std::holds_alternative<run::RunCreated>(event.event)) {
        throw Failure(Kind::kInvalidEvent, place(event.run_id, event.offset) +
                                               " cannot be stored: a run begins with its creation"
                                               " and is created once");
      }
      if (event.offset <= last) {
        repeated.push_back(&event);
      } else {
        add_rows(rows, event);
        last = event.offset;
      }
    }
    database_->insert(rows);
    for (const StoredEvent* event : repeated) require_same(*event);
  });
}

tl::expected<void, StoreError> SqlStore::replay(const std::function<void(StoredEvent&&)>& visit) {
  return in_transaction([&] {
    for (const std::string& run_id : database_->run_ids()) {
      visit_run(run_id, 0, kPageRows, [&visit](StoredEvent&& event) {
        visit(std::move(event));
        return true;
      });
    }
  });
}

tl::expected<std::vector<StoredEvent>, StoreError> SqlStore::read(const std::string& run_id,
                                                                  std::int64_t after,
                                                                  std::size_t limit) {
  std::vector<StoredEvent> events;
  auto result = in_transaction([&] {
    if (limit == 0) return;
    const auto page_rows = static_cast<std::int64_t>(std::min<std::size_t>(limit, kPageRows));
    visit_run(run_id, after, page_rows, [&](StoredEvent&& event) {
      events.push_back(std::move(event));
      return events.size() < limit;
    });
  });
  if (!result) return tl::unexpected(std::move(result).error());
  return events;
}

tl::expected<void, StoreError> SqlStore::remove(const std::string& run_id) {
  last_offsets_.erase(run_id);
  return in_transaction([&] { database_->remove_run(run_id); });
}

tl::expected<void, StoreError> SqlStore::compact() {
  return attempt([this] { database_->compact(); });
}

tl::expected<void, StoreError> SqlStore::check() {
  return in_transaction([this] { database_->check_writable(); });
}

tl::expected<void, StoreError> SqlStore::in_transaction(const std::function<void()>& work) {
  return attempt([&] {
    database_->begin();
    work();
    database_->commit();
  });
}

tl::expected<void, StoreError> SqlStore::attempt(const std::function<void()>& work) {
  StoreError error;
  try {
    make_ready();
    work();
    return {};
  } catch (const Failure& failure) {
    error = {failure.kind(), failure.what()};
  } catch (const std::exception& exception) {
    error = database_->explain(exception);
  }
  last_offsets_.clear();
  database_->abandon(error.kind);
  return tl::unexpected(std::move(error));
}

void SqlStore::make_ready() {
  if (database_->is_connected()) return;
  database_->connect();
  migrate(*database_);
  database_->prepare();
}

std::int64_t& SqlStore::last_offset(const std::string& run_id) {
  const auto found = last_offsets_.find(run_id);
  if (found != last_offsets_.end()) return found->second;
  return last_offsets_.emplace(run_id, database_->last_offset(run_id)).first->second;
}

// The event's place is taken: it must be by the event itself.
void SqlStore::require_same(const StoredEvent& event) {
  const std::int64_t before = event.offset - 1;
  auto reports = database_->reports_after(event.run_id, before, 1);
  auto events = database_->events_after(event.run_id, before, 1);
  StoredEvent stored;
  if (!reports.empty() && reports.front().event_offset == event.offset) {
    stored = to_event(std::move(reports.front()));
  } else if (!events.empty() && events.front().event_offset == event.offset) {
    stored = to_event(std::move(events.front()));
  } else {
    throw Failure(Kind::kCorrupt, place(event.run_id, event.offset) + " is missing in " +
                                      database_->name() + ": restore a backup");
  }
  if (stored != as_stored(event)) {
    throw Failure(Kind::kConflict,
                  place(event.run_id, event.offset) +
                      " is stored already and differs: does another hub write to " +
                      database_->name() + "?");
  }
}

void SqlStore::visit_run(const std::string& run_id, std::int64_t after, std::int64_t page_rows,
                         const std::function<bool(StoredEvent&&)>& visit) {
  Pages<ReportRow> reports(
      after, [&](std::int64_t last) { return database_->reports_after(run_id, last, page_rows); });
  Pages<EventRow> events(
      after, [&](std::int64_t last) { return database_->events_after(run_id, last, page_rows); });
  for (std::int64_t expected = after + 1;; ++expected) {
    const ReportRow* report = reports.peek();
    const EventRow* event = events.peek();
    if (report == nullptr && event == nullptr) return;
    if (report != nullptr && report->event_offset == expected) {
      if (!visit(reports.take())) return;
    } else if (event != nullptr && event->event_offset == expected) {
      if (!visit(events.take())) return;
    } else {
      throw Failure(Kind::kCorrupt,
                    place(run_id, expected) + " is missing in " + database_->name() +
                        ": restore a backup, or delete the run's row in the table runs");
    }
  }
}

}  // namespace fedwatt::store
