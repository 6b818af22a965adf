#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fedwatt/file_stamp.h"

namespace asio::ssl {
class context;
}

namespace fedwatt::net {

struct TlsFiles {
  std::string certificate;  // PEM: the hub's own, and those between it and a CA that clients know
  std::string key;          // PEM, not encrypted
  std::string client_ca;  // PEM; if given, clients need a certificate of it. Empty: they need none
};

// What the hub shows to be the hub, and how TLS is spoken with it: 1.2 and later, with ephemeral
// keys, no renegotiation, no compression and no resumption. For the I/O thread; load() and
// changed() read small files.
class TlsIdentity {
 public:
  explicit TlsIdentity(TlsFiles files);

  // Reads the files, for connections from now on. The result is what is wrong with them, in one
  // sentence; then everything stays as it was. Empty: nothing is.
  std::string load();
  // Whether the files are others than those that load() read last, whatever came of it.
  bool changed() const;

  // Null before load() succeeded.
  const std::shared_ptr<asio::ssl::context>& context() const { return context_; }
  std::chrono::system_clock::time_point expires_at() const { return expires_at_; }
  const TlsFiles& files() const { return files_; }

 private:
  std::vector<FileStamp> stamps() const;

  TlsFiles files_;
  std::vector<FileStamp> read_;
  std::shared_ptr<asio::ssl::context> context_;
  std::chrono::system_clock::time_point expires_at_{};
};

}  // namespace fedwatt::net
