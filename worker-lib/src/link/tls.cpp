#include "link/tls.h"

#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <asio/ip/address.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/error.hpp>
#include <stdexcept>

#include "fedwatt/transport/openssl.h"

namespace fedwatt::link {
namespace {

// OpenSSL knows where its own distribution has the CAs; libfedwatt brings it to others, too.
constexpr const char* kBundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",              // SUSE
    "/etc/ssl/cert.pem",                   // Alpine
};

// The training's process is not ours: nothing of OpenSSL's own at its end, where our thread may
// still run, and no configuration that was written for another OpenSSL.
void start_openssl() {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
}

[[noreturn]] void cannot_use(const std::string& what, const std::string& file) {
  throw std::invalid_argument("the file " + file + " has no " + what +
                              " in PEM that can be used: " + transport::openssl_words());
}

bool exists(const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0;
}

void trust_system(SSL_CTX* context) {
  SSL_CTX_set_default_verify_paths(context);
  if (exists(X509_get_default_cert_dir()) || exists(X509_get_default_cert_file())) return;
  for (const char* bundle : kBundles) {
    if (exists(bundle) && SSL_CTX_load_verify_file(context, bundle) == 1) return;
  }
}

bool is_address(const std::string& host) {
  asio::error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

std::string describe_verification(long result, const std::string& host) {
  switch (result) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "because its certificate is of no CA that is trusted here; if it is your own, give "
             "the CA's certificate (option ca_file, --ca-file or FEDWATT_CA_FILE)";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "because its certificate is not for " + host +
             "; use the name that it is for, or give the hub one for this name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "because its certificate has expired; renew it at the hub";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "because its certificate is not valid yet; compare the clocks of both machines";
    default:
      return std::string("because its certificate cannot be verified: ") +
             X509_verify_cert_error_string(result);
  }
}

}  // namespace

std::shared_ptr<asio::ssl::context> make_tls_context(const TlsFiles& files) {
  start_openssl();
  ERR_clear_error();
  if (files.client_certificate.empty() != files.client_key.empty()) {
    throw std::invalid_argument(
        "a client certificate and its key (options client_certificate and client_key) need each "
        "other");
  }
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  auto* const ssl = context->native_handle();
  transport::set_up(ssl);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (files.ca_file.empty()) {
    trust_system(ssl);
  } else if (SSL_CTX_load_verify_file(ssl, files.ca_file.c_str()) != 1) {
    cannot_use("CA's certificate (option ca_file)", files.ca_file);
  } else {
    // The hub's own certificate, too, may be what is trusted.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl), X509_V_FLAG_PARTIAL_CHAIN);
  }
  if (files.client_certificate.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(ssl, files.client_certificate.c_str()) != 1) {
    cannot_use("certificate (option client_certificate)", files.client_certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(ssl, files.client_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    cannot_use("key of the client certificate (option client_key)", files.client_key);
  }
  return context;
}

void expect_host(SSL* tls, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
    return;
  }
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(tls, host.c_str());
  SSL_set_tlsext_host_name(tls, host.c_str());
}

std::string describe_tls_failure(const std::error_code& error, SSL* tls, const std::string& host) {
  if (tls) {
    const long verified = SSL_get_verify_result(tls);
    if (verified != X509_V_OK) return describe_verification(verified, host);
  }
  if (error.category() != asio::error::get_ssl_category()) {
    if (!tls || SSL_is_init_finished(tls) == 1) return {};
    return "because nothing there spoke TLS (" + error.message() +
           "); an address without it begins with ws://";
  }
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_WRONG_VERSION_NUMBER:
      return "because it speaks no TLS there; an address without it begins with ws://";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "because it wants a client certificate; give one (options client_certificate and "
             "client_key)";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "because it does not accept the client certificate: " + error.message();
    default:
      return "because no TLS could be agreed on: " + error.message();
  }
}

}  // namespace fedwatt::link
