#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedwatt/net/peers.h"

namespace fedwatt::net {

// Splits a request target ("/api/v1/runs/a%20b?format=csv") into path and query, the path
// percent-decoded. An escape that is none stays as it is.
HttpRequest parse_target(std::string_view target);

// The keys and values of a query ("run=a%20b&run=c&target=0.8") in order, both decoded: percent
// escapes, and "+" for a space, as forms write it. What has no "=" has the value "".
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

// The first value of a key in a query, decoded; "" if it is not there.
std::string query_value(std::string_view query, std::string_view key);

}  // namespace fedwatt::net
