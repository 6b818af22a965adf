#include "store/postgres_rows.h"

#include <algorithm>

#include "store/failure.h"

namespace fedwatt::store {

void PostgresArrays::append(std::string& literal, std::string_view text) {
  literal += '"';
  for (;;) {
    const auto special = std::min(text.find_first_of("\"\\"), text.size());
    literal += text.substr(0, special);
    if (special == text.size()) break;
    literal += '\\';
    literal += text[special];
    text.remove_prefix(special + 1);
  }
  literal += '"';
}

void PostgresArrays::append(std::string& literal, std::int64_t value) {
  char digits[24];
  const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), value);
  literal.append(digits, end);
}

void PostgresArrays::append(std::string& literal, double value) {
  char digits[32];  // the shortest form that reads back as the same double has at most 24
  const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), value);
  literal.append(digits, end);
}

void PostgresReader::refuse(std::string_view text) {
  throw Failure(StoreError::Kind::kCorrupt,
                "the database holds '" + std::string(text) + "' where a number must be");
}

}  // namespace fedwatt::store
