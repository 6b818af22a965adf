#pragma once

#include <stdexcept>
#include <string>

#include "fedwatt/store/store.h"

namespace fedwatt::store {

// How an error travels inside the store: beside the exceptions of the database drivers, up to
// SqlStore, which turns both into a StoreError. It never leaves the store.
class Failure : public std::runtime_error {
 public:
  Failure(StoreError::Kind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}

  StoreError::Kind kind() const { return kind_; }

 private:
  StoreError::Kind kind_;
};

}  // namespace fedwatt::store
