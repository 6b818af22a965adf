#include "fedwatt/net/tls_identity.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <asio/ssl/context.hpp>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

#include "fedwatt/transport/openssl.h"

namespace fedwatt::net {
namespace {

using transport::openssl_words;

struct Failure {
  std::string what;
};

void must_be_readable(const std::string& file) {
  std::FILE* const opened = std::fopen(file.c_str(), "re");
  if (!opened) {
    throw Failure{"cannot read " + file + ": " + std::generic_category().message(errno)};
  }
  std::fclose(opened);
}

std::chrono::system_clock::time_point expiry_of(SSL_CTX* context) {
  std::tm utc{};
  const X509* const certificate = SSL_CTX_get0_certificate(context);
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

std::shared_ptr<asio::ssl::context> read(const TlsFiles& files) {
  for (const auto* file : {&files.certificate, &files.key, &files.client_ca}) {
    if (!file->empty()) must_be_readable(*file);
  }
  ERR_clear_error();
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* const ssl = context->native_handle();
  if (!transport::set_up(ssl)) {
    throw Failure{"OpenSSL lacks the ciphers for TLS 1.2: " + openssl_words()};
  }
  SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(ssl, 0);
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(ssl, files.certificate.c_str()) != 1) {
    throw Failure{files.certificate + " is no certificate in PEM: " + openssl_words()};
  }
  if (SSL_CTX_use_PrivateKey_file(ssl, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    const auto why = openssl_words();
    if (mismatch) throw Failure{"the key in " + files.key + " is not that of " + files.certificate};
    throw Failure{files.key + " is no key in PEM without a passphrase: " + why};
  }
  if (SSL_CTX_check_private_key(ssl) != 1) {
    ERR_clear_error();
    throw Failure{"the key in " + files.key + " is not that of " + files.certificate};
  }
  if (!files.client_ca.empty()) {
    auto* const names = SSL_load_client_CA_file(files.client_ca.c_str());
    if (!names || SSL_CTX_load_verify_file(ssl, files.client_ca.c_str()) != 1) {
      sk_X509_NAME_pop_free(names, X509_NAME_free);
      throw Failure{files.client_ca + " has no CA's certificate in PEM: " + openssl_words()};
    }
    SSL_CTX_set_client_CA_list(ssl, names);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

}  // namespace

TlsIdentity::TlsIdentity(TlsFiles files) : files_(std::move(files)) {}

std::string TlsIdentity::load() {
  read_ = stamps();
  try {
    context_ = read(files_);
    expires_at_ = expiry_of(context_->native_handle());
    return {};
  } catch (const Failure& failure) {
    return failure.what;
  } catch (const std::system_error& error) {  // asio's, for what OpenSSL refuses as a whole
    return std::string("cannot set up TLS: ") + error.what();
  }
}

bool TlsIdentity::changed() const { return stamps() != read_; }

std::vector<FileStamp> TlsIdentity::stamps() const {
  return {stamp_of(files_.certificate), stamp_of(files_.key), stamp_of(files_.client_ca)};
}

}  // namespace fedwatt::net
