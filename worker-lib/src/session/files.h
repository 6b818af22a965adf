#pragma once

#include <string>
#include <string_view>

// What the offline file and the spool ask of a file system. An error is an errno; 0 is none.

namespace fedwatt::session {

std::string reason(int error);

// All of it, or an error.
int write_all(int descriptor, std::string_view bytes);

// So that a new name in the folder of `path` survives a power cut, where the file system can
// promise it.
void sync_folder_of(const std::string& path);

// As a shell takes it for one word.
std::string quoted(const std::string& path);

}  // namespace fedwatt::session
