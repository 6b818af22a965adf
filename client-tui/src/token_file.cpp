#include "token_file.h"

#include <fstream>

#include "link/hub_url.h"
#include "text/display_text.h"

namespace fedwatt::viewer {

std::string read_token(CommandLine& line) {
  if (!line.token_file.empty()) {
    std::ifstream file(line.token_file);
    if (!std::getline(file, line.hub.token)) {
      return "the token cannot be read from " + printable(line.token_file) +
             ": it is the first line of the file that --token-file names";
    }
    while (!line.hub.token.empty() && line.hub.token.back() <= ' ') line.hub.token.pop_back();
    if (line.hub.token.empty()) {
      return "the first line of " + printable(line.token_file) + " is empty: it must be the token";
    }
  }
  if (link::is_token(line.hub.token)) return {};
  return "the token (--token-file, or FEDWATT_TOKEN) cannot be used; give what fedwatt-hub token "
         "add printed, in one line";
}

}  // namespace fedwatt::viewer
