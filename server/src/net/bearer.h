#pragma once

#include <string_view>

namespace fedwatt::net {

// The token of an Authorization header's value: "Bearer TOKEN", whatever the case of its first word
// (RFC 6750, 7235). Empty for anything else. A view into `authorization`.
std::string_view bearer_of(std::string_view authorization);

}  // namespace fedwatt::net
