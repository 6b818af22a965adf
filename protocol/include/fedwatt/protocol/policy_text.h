#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/protocol/policies.h"

// Policies as people write them, the same on a command line, in a configuration file, in the
// environment and in a worker's options: a kind, and its fields by the names that they have on the
// wire. Pure functions: any thread, no blocking.
//
//   budget:limit_g=500,act=pause          one word
//   budget limit_g=500 act=pause          words by themselves
//   budget:limit_g=500 target:value=0.9   two policies

namespace fedwatt::protocol {

// What does not stand in the text has its default. Fails with one sentence that names the kind or
// field that is wrong and lists those that there are.
tl::expected<Policies, std::string> parse_policies(std::string_view text);

// The shortest text that reads back as these policies, each as one word: what has its default is
// left out. Empty if there are none.
std::string policy_text(const Policies& policies);

}  // namespace fedwatt::protocol
