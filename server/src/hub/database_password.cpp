#include "fedwatt/hub/database_password.h"

#include <fmt/format.h>

#include <fstream>

namespace fedwatt::hub {
namespace {

// As a value in an address's query.
std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

tl::expected<std::string, std::string> with_password_of(const std::string& file,
                                                        const std::string& url) {
  if (url.rfind("postgresql://", 0) != 0 && url.rfind("postgres://", 0) != 0) {
    return tl::make_unexpected("a password is for a --database postgresql://USER@HOST/NAME");
  }
  std::ifstream input(file, std::ios::binary);
  std::string password;
  std::getline(input, password);
  if (!input.is_open() || input.bad()) return tl::make_unexpected(file + " cannot be read");
  password.erase(password.find_last_not_of('\r') + 1);
  if (password.empty()) return tl::make_unexpected(file + " has no password in its first line");
  if (password.find('\0') != password.npos) return tl::make_unexpected(file + " has a NUL byte");
  return url + (url.find('?') == url.npos ? "?" : "&") + "password=" + percent_encoded(password);
}

}  // namespace fedwatt::hub
