#include "store/postgres_address.h"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string_view>

#include "store/failure.h"

namespace fedwatt::store {

namespace {

// Used where the URL says nothing else. A machine that is gone is noticed within seconds.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"application_name", "fedwatt-hub"}, {"connect_timeout", "5"},
    {"tcp_user_timeout", "10000"},       {"keepalives_idle", "5"},
    {"keepalives_interval", "3"},        {"keepalives_count", "3"},
};

// After the URL's own `options`, so that a promise is kept whatever the server's settings are.
constexpr char kSessionOptions[] =
    " -c synchronous_commit=on"  // acknowledged means committed
    " -c statement_timeout=8000"
    " -c lock_timeout=2000"                      // also how long to wait for another hub to end
    " -c idle_in_transaction_session_timeout=0"  // a replay takes what it takes
    " -c TimeZone=UTC"
    " -c extra_float_digits=1"  // doubles come back bit by bit
    " -c client_min_messages=error";

using Settings = std::map<std::string, std::string>;

[[noreturn]] void refuse(const char* why) {
  throw Failure(
      StoreError::Kind::kBadAddress,
      std::string("the PostgreSQL address ") + why +
          ": write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ in the"
          " password, %2F for a / and %25 for a %");
}

Settings parse(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  if (!options) refuse("cannot be read");
  Settings settings;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  return settings;
}

// Keeps a password that was not percent-encoded out of the host and so out of messages.
void require_plausible(const Settings& settings) {
  for (const auto& [keyword, value] : settings) {
    const bool shown = keyword == "host" || keyword == "port" || keyword == "dbname";
    if (shown && value.find('@') != value.npos) refuse("has two @ signs");
    if (keyword == "port" && value.find_first_not_of("0123456789,") != value.npos) {
      refuse("has a port that is no number");
    }
  }
}

std::string quote(const std::string& value) {
  std::string quoted = "'";
  for (const char each : value) {
    if (each == '\'' || each == '\\') quoted += '\\';
    quoted += each;
  }
  return quoted + "'";
}

std::string value_or(const Settings& settings, const char* keyword, const char* otherwise) {
  const auto found = settings.find(keyword);
  return found == settings.end() || found->second.empty() ? otherwise : found->second;
}

}  // namespace

PostgresAddress::PostgresAddress(const std::string& url) {
  Settings settings = parse(url);
  require_plausible(settings);
  name_ = "PostgreSQL at " + value_or(settings, "host", "the local socket") + ":" +
          value_or(settings, "port", "5432") + "/" + value_or(settings, "dbname", "");
  for (const auto& [keyword, value] : kDefaults) settings.emplace(keyword, value);
  settings["client_encoding"] = "UTF8";
  settings["options"] += kSessionOptions;
  for (const auto& [keyword, value] : settings) {
    connection_ += keyword + "=" + quote(value) + " ";
  }
}

}  // namespace fedwatt::store
