#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <system_error>

namespace asio::ssl {
class context;
}

// TLS 1.2 and later, as the hub speaks it. The hub's certificate is always verified, and always for
// the host that was asked for. C++17, as websocketpp is.

namespace fedwatt::link {

// All in PEM; a string that is empty is not given.
struct TlsFiles {
  std::string ca_file;             // whom to trust, in place of the system's CAs
  std::string client_certificate;  // for a hub that wants one; with those between it and its CA
  std::string client_key;          // its key, without a passphrase
};

// Reads the files. Throws std::invalid_argument with a sentence for people.
std::shared_ptr<asio::ssl::context> make_tls_context(const TlsFiles& files);

// What a connection must know before its handshake: its certificate has to be that of `host`.
void expect_host(SSL* tls, const std::string& host);

// What is wrong and what to do, in words that go on after "cannot reach wss://… "; empty: the error
// is none of TLS's. `tls` may be null.
std::string describe_tls_failure(const std::error_code& error, SSL* tls, const std::string& host);

}  // namespace fedwatt::link
