#include "store/migrations.h"

#include <string>

#include "store/database.h"
#include "store/failure.h"

namespace fedwatt::store {

void migrate(Database& database) {
  const std::span<const Migration> known = database.migrations();
  const std::size_t present = database.schema_version();
  if (present > known.size()) {
    throw Failure(StoreError::Kind::kSchemaTooNew,
                  database.name() + " has schema version " + std::to_string(present) +
                      ", and this hub knows none above " + std::to_string(known.size()) +
                      ": start the newer hub that wrote it; nothing was changed");
  }
  for (const Migration& migration : known.subspan(present)) database.apply(migration);
}

}  // namespace fedwatt::store
