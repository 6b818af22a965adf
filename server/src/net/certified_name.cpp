#include "net/certified_name.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

namespace fedwatt::net {

std::string certified_name(SSL* tls) {
  X509* const certificate = tls ? SSL_get0_peer_certificate(tls) : nullptr;
  if (!certificate || SSL_get_verify_result(tls) != X509_V_OK) return {};
  std::array<char, 256> text{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               text.data(), static_cast<int>(text.size()));
  std::string name(text.data(), static_cast<std::size_t>(std::max(length, 0)));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

}  // namespace fedwatt::net
