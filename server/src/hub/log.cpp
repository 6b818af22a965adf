#include "fedwatt/hub/log.h"

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fedwatt/protocol/printable.h"
#include "fedwatt/protocol/time.h"

namespace fedwatt::hub {
namespace {

thread_local const LogContext* innermost = nullptr;

std::string_view view_of(spdlog::string_view_t text) { return {text.data(), text.size()}; }

std::string time_of(const spdlog::details::log_msg& message) {
  return protocol::format_timestamp(
      std::chrono::time_point_cast<std::chrono::milliseconds>(message.time));
}

// A terminal obeys these: C0, DEL, and C1, which is two bytes in UTF-8. What else misleads who
// reads it is replaced.
std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      out += fmt::format("\\x{:02x}", next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return protocol::printable(out);
}

std::string quoted_if_needed(std::string_view text) {
  const auto is_plain = [](unsigned char c) { return c > ' ' && c != '"' && c != ']' && c != '='; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return visible(text);
  std::string quoted = "\"";
  for (const char c : visible(text)) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

// The contexts of this thread, the outermost first; of several with the same key the inmost.
struct LogFields {
  std::vector<const LogContext*> all;

  LogFields() {
    for (const auto* each = innermost; each; each = each->outer_) {
      const bool hidden = std::any_of(all.begin(), all.end(), [each](const auto* inner) {
        return std::string_view(inner->key_) == each->key_;
      });
      if (!hidden && (each->is_number_ || !each->text_.empty())) all.push_back(each);
    }
    std::reverse(all.begin(), all.end());
  }

  std::string text() const {
    std::string out;
    for (const auto* each : all) {
      out += out.empty() ? " [" : " ";
      out += fmt::format(
          "{}={}", each->key_,
          each->is_number_ ? std::to_string(each->number_) : quoted_if_needed(each->text_));
    }
    return out.empty() ? out : out + "]";
  }

  void add_to(nlohmann::ordered_json& json) const {
    for (const auto* each : all) {
      if (each->is_number_) {
        json[each->key_] = each->number_;
      } else {
        json[each->key_] = each->text_;
      }
    }
  }
};

namespace {

class TextFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    fmt::format_to(std::back_inserter(out), "{} {} {}{}\n", time_of(message),
                   view_of(spdlog::level::to_string_view(message.level)),
                   visible(view_of(message.payload)), LogFields().text());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<TextFormatter>(); }
};

class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    nlohmann::ordered_json json{{"time", time_of(message)},
                                {"level", view_of(spdlog::level::to_string_view(message.level))},
                                {"message", view_of(message.payload)}};
    LogFields().add_to(json);
    const auto text = json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

constexpr char kName[] = "fedwatt-hub";

}  // namespace

void set_log(std::string_view level, LogFormat format) {
  auto logger = spdlog::get(kName);
  if (!logger) {
    logger = spdlog::stderr_logger_mt(kName);
    spdlog::set_default_logger(logger);
  }
  if (format == LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_formatter(std::make_unique<TextFormatter>());
  }
  logger->set_level(spdlog::level::from_str(std::string(level)));
}

LogContext::LogContext(const char* key, std::string_view text, std::uint64_t number, bool is_number)
    : outer_(innermost), key_(key), text_(text), number_(number), is_number_(is_number) {
  innermost = this;
}

LogContext::~LogContext() { innermost = outer_; }

}  // namespace fedwatt::hub
