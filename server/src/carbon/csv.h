#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::carbon {

using CsvFields = std::vector<std::string>;

// What is wrong with a file's rows.
class CsvProblems {
 public:
  void add(std::size_t line, const std::string& what);
  bool any() const { return count_ > 0; }
  // "line 3: …; line 7: …", at most ten of them, and how many more there are.
  std::string text() const;

 private:
  std::string first_;
  std::size_t count_ = 0;
};

// Calls `visit` for each row of comma-separated text (RFC 4180, without line ends in fields) that
// has as many fields as the header, and lends it the fields. What does not fit goes to `problems`;
// under another header than this one nothing does. Lines that are empty or begin with # are
// skipped, and so is a byte-order mark.
void read_csv(std::string_view text, const CsvFields& header, CsvProblems& problems,
              const std::function<void(std::size_t line, const CsvFields& fields)>& visit);

}  // namespace fedwatt::carbon
