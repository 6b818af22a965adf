#pragma once

#include <string>
#include <tl/expected.hpp>

namespace fedwatt::hub {

// The PostgreSQL address `url` with the password that is the first line of `file`, so that it
// stands on no command line and in no environment. Reads the file, so it may block. Fails with one
// sentence, without the password: the file cannot be read or has none, or `url` is not
// PostgreSQL's.
tl::expected<std::string, std::string> with_password_of(const std::string& file,
                                                        const std::string& url);

}  // namespace fedwatt::hub
