#pragma once

#include <cstdint>
#include <string_view>

namespace fedwatt::session {

// The checksum of Castagnoli's polynomial, as iSCSI has it (RFC 3720, appendix B.4): it finds every
// damage of up to 32 bits in a row. `before` is the checksum of the bytes before these.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace fedwatt::session
