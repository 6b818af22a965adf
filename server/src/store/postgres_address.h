#pragma once

#include <string>

namespace fedwatt::store {

// A postgresql:// URL, made ready to connect with. Throws Failure(kBadAddress) where it makes no
// sense, in words that give away no part of it: a password may be anywhere in a mistyped one.
class PostgresAddress {
 public:
  explicit PostgresAddress(const std::string& url);

  // For libpq: what the URL says, and the settings that the store relies on. They are part of the
  // connection, so that none is lost when it is made anew. Holds the password.
  const std::string& connection() const { return connection_; }

  // For people: "PostgreSQL at db.example.org:5432/fedwatt".
  const std::string& name() const { return name_; }

 private:
  std::string connection_;
  std::string name_;
};

}  // namespace fedwatt::store
