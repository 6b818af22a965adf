#include "net/bearer.h"

#include <strings.h>

namespace fedwatt::net {

std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() < kScheme.size() ||
      strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) {
    return {};
  }
  const auto begin = authorization.find_first_not_of(' ', kScheme.size());
  if (begin == std::string_view::npos) return {};
  const auto end = authorization.find_last_not_of(" \t");
  return authorization.substr(begin, end - begin + 1);
}

}  // namespace fedwatt::net
