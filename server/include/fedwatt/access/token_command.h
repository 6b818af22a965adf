#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "fedwatt/protocol/time.h"

namespace fedwatt::access {

// `fedwatt-hub token add|list|revoke …`, given what follows "token". Returns the exit status: 0
// done, 1 not done, 2 not understood. A new token goes to `out` alone, so that it can be sent into
// a file; all words about it go to `err`. Blocks for as long as the disk takes.
int token_command(const std::vector<std::string>& arguments, protocol::Timestamp now,
                  std::ostream& out, std::ostream& err);

}  // namespace fedwatt::access
