#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fedwatt/access/token.h"

// The cryptography of tokens: OpenSSL's. Any thread; nothing blocks.

namespace fedwatt::access {

// 256 random bits as 64 hexadecimal digits. Throws std::runtime_error if the machine has no
// randomness to give.
std::string make_secret();

Digest digest_of(std::string_view secret);
// Takes as long whatever differs.
bool same(const Digest& one, const Digest& other);

std::string hex_of(const Digest& digest);
std::optional<Digest> digest_from_hex(std::string_view hex);

}  // namespace fedwatt::access
