#pragma once

#include <cstdint>
#include <string_view>

namespace fedwatt::hub {

enum class LogFormat { kText, kJson };

// Makes spdlog's default logger the hub's: to standard error, one line for each message, in text or
// as a JSON object, from that level on ("debug", "info", "warn", "error"). What came from outside
// moves no cursor and ends no line. Any thread may log meanwhile; calling it again changes both.
void set_log(std::string_view level, LogFormat format);

// What the lines that this thread logs are about, while it lives:
//   const LogContext context("connection", 17);
// so that all lines of one connection can be found, whichever layer they come from. They nest.
// Costs nothing but its own two pointers: `text` must live as long. Empty text is left out.
class LogContext {
 public:
  LogContext(const char* key, std::string_view text) : LogContext(key, text, 0, false) {}
  LogContext(const char* key, std::uint64_t number) : LogContext(key, {}, number, true) {}
  ~LogContext();
  LogContext(const LogContext&) = delete;
  LogContext& operator=(const LogContext&) = delete;

 private:
  friend struct LogFields;
  LogContext(const char* key, std::string_view text, std::uint64_t number, bool is_number);

  const LogContext* const outer_;
  const char* const key_;
  const std::string_view text_;
  const std::uint64_t number_;
  const bool is_number_;
};

}  // namespace fedwatt::hub
