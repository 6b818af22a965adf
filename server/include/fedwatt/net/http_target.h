#pragma once

#include <string>
#include <string_view>

#include "fedwatt/net/peers.h"

namespace fedwatt::net {

// Splits a request target ("/api/v1/runs/a%20b?format=csv") into path and query, the path
// percent-decoded. An escape that is none stays as it is.
HttpRequest parse_target(std::string_view target);

// The value of a key in a query ("format=csv&x=1"), as it came; "" if it is not there.
std::string query_value(std::string_view query, std::string_view key);

}  // namespace fedwatt::net
