#pragma once

namespace fedwatt {

// `fedwatt-hub prune …`, which removes old runs from the store of a hub that does not run; argv[0]
// is "prune". Returns the exit status. docs/operations.md is the specification.
int prune(int argc, const char* const* argv);

}  // namespace fedwatt
