#pragma once

#include <openssl/types.h>

#include <string>

namespace fedwatt::net {

// The common name in the peer's certificate, which was verified; control characters in it are '?'.
// Empty if it showed none, and for null.
std::string certified_name(SSL* tls);

}  // namespace fedwatt::net
