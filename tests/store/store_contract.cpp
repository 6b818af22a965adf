#include "store_contract.h"

#include <utility>

namespace fedwatt::store::testing {

namespace {

std::string kind_name(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::kUnavailable:
      return "unavailable";
    case StoreError::Kind::kSchemaTooNew:
      return "schema too new";
    case StoreError::Kind::kInUse:
      return "in use";
    case StoreError::Kind::kConflict:
      return "conflict";
    case StoreError::Kind::kInvalidEvent:
      return "invalid event";
    case StoreError::Kind::kCorrupt:
      return "corrupt";
    case StoreError::Kind::kBadAddress:
      return "bad address";
  }
  return "no kind";
}

}  // namespace

std::unique_ptr<Store> open(const std::string& address) {
  Opened opened = open_store(address);
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }
  return *std::move(opened);
}

std::vector<run::StoredEvent> replay(Store& store) {
  std::vector<run::StoredEvent> events;
  const auto replayed =
      store.replay([&](run::StoredEvent&& event) { events.push_back(std::move(event)); });
  if (!replayed) ADD_FAILURE() << replayed.error().message;
  return events;
}

std::string outcome(const tl::expected<void, StoreError>& result) {
  return result ? "ok" : kind_name(result.error().kind);
}

std::string outcome(const Opened& result) { return result ? "ok" : kind_name(result.error().kind); }

}  // namespace fedwatt::store::testing
