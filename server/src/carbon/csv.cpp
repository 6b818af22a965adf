#include "carbon/csv.h"

#include <algorithm>
#include <utility>

namespace fedwatt::carbon {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kProblemsNamed = 10;

// Takes a quoted field off the front of `line`; false if its quotes do not match.
bool take_quoted(std::string_view& line, std::string& field) {
  line.remove_prefix(1);
  for (;;) {
    const auto quote = line.find('"');
    if (quote == std::string_view::npos) return false;
    field += line.substr(0, quote);
    line.remove_prefix(quote + 1);
    if (line.empty() || line.front() == ',') return true;
    if (line.front() != '"') return false;
    field += '"';  // a doubled quote
    line.remove_prefix(1);
  }
}

// False if the line's quotes do not match.
bool split(std::string_view line, CsvFields& fields) {
  fields.clear();
  for (;;) {
    auto& field = fields.emplace_back();
    if (!line.empty() && line.front() == '"') {
      if (!take_quoted(line, field)) return false;
    } else {
      field = line.substr(0, line.find(','));
      line.remove_prefix(field.size());
    }
    if (line.empty()) return true;
    line.remove_prefix(1);  // the comma
  }
}

std::string joined(const CsvFields& fields) {
  std::string text;
  for (const auto& field : fields) text += (text.empty() ? "" : ",") + field;
  return text;
}

}  // namespace

void CsvProblems::add(std::size_t line, const std::string& what) {
  if (++count_ > kProblemsNamed) return;
  if (count_ > 1) first_ += "; ";
  first_ += "line " + std::to_string(line) + ": " + what;
}

std::string CsvProblems::text() const {
  if (count_ <= kProblemsNamed) return first_;
  return first_ + "; and " + std::to_string(count_ - kProblemsNamed) + " more";
}

void read_csv(std::string_view text, const CsvFields& header, CsvProblems& problems,
              const std::function<void(std::size_t, const CsvFields&)>& visit) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  CsvFields fields;
  bool is_header = true;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const bool quotes_match = split(line, fields);
    if (std::exchange(is_header, false)) {
      if (quotes_match && fields == header) continue;
      return problems.add(number, "the header is not " + joined(header));
    }
    if (!quotes_match) {
      problems.add(number, "the quotes do not match");
    } else if (fields.size() != header.size()) {
      problems.add(number, std::to_string(fields.size()) + " fields and not " +
                               std::to_string(header.size()));
    } else {
      visit(number, fields);
    }
  }
}

}  // namespace fedwatt::carbon
