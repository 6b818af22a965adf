#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

// What hub and link do alike with OpenSSL. C++17, as websocketpp is.

namespace fedwatt::transport {

// Why the last call failed, as words that go on after a colon; OpenSSL forgets it.
inline std::string openssl_words() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "it cannot be read";
}

// A key with a passphrase would otherwise be asked for at the terminal.
inline int no_passphrase(char*, int, int, void*) { return -1; }

// TLS 1.2 and later with ephemeral keys, no renegotiation and no compression; buffers only while
// they are used. False: OpenSSL lacks the ciphers.
inline bool set_up(SSL_CTX* context) {
  constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of 1.2; those of 1.3 are all good
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  return SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

}  // namespace fedwatt::transport
