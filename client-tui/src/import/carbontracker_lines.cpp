#include "import/carbontracker_lines.h"

#include <fmt/format.h>

#include <regex>
#include <utility>

#include "fedwatt/protocol/number_in.h"
#include "import/local_time.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kTimeLength = 19;          // "2026-01-31 09:30:00"
constexpr std::size_t kMaxMessageBytes = 4'000;  // std::regex recurses: longer is no message
constexpr std::string_view kSeparator = " - ";
constexpr std::string_view kOutputPrefix = "CarbonTracker: ";

// What was measured is never negative.
std::optional<double> figure_in(std::string_view text) {
  const auto value = protocol::number_in<double>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

// "0:02:21.90"
std::optional<double> seconds_in(const std::string& text) {
  static const std::regex kForm(R"((\d{1,6}):(\d{2}):(\d{1,2}(?:\.\d+)?))");
  std::smatch part;
  if (!std::regex_match(text, part, kForm)) return std::nullopt;
  return *figure_in(part[1].str()) * 3600 + *figure_in(part[2].str()) * 60 +
         *figure_in(part[3].str());
}

// "136.9", or one figure for each device: "[12.5 13.1]". Their sum.
std::optional<double> watts_in(std::string text) {
  if (!text.empty() && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  static const std::regex kWord(R"([^\s,]+)");
  double sum = 0;
  bool any = false;
  for (std::sregex_iterator it(text.begin(), text.end(), kWord), end; it != end; ++it) {
    const auto watts = figure_in(it->str());
    if (!watts) return std::nullopt;
    sum += *watts;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

bool has_time(std::string_view line) {
  return line.size() >= kTimeLength + kSeparator.size() &&
         line.substr(kTimeLength, kSeparator.size()) == kSeparator &&
         parse_local_time(line.substr(0, kTimeLength)).has_value();
}

std::string_view message_of(std::string_view line) {
  return has_time(line) ? line.substr(kTimeLength + kSeparator.size()) : line;
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

}  // namespace

bool CarbontrackerLines::is_first_line(std::string_view line) {
  const auto message = message_of(line);
  return has_time(line) &&
         (begins_with(message, "carbontracker version ") || begins_with(message, kOutputPrefix));
}

tl::expected<CarbontrackerLines, std::string> CarbontrackerLines::open(const std::string& path) {
  auto lines = LineReader::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  const auto first = lines->next();
  if (!first || !is_first_line(first->text)) {
    return tl::unexpected(lines->problem("no log of carbontracker's begins like this"));
  }
  const bool output = begins_with(message_of(first->text), kOutputPrefix);
  CarbontrackerLines log(*std::move(lines), output ? Kind::kOutput : Kind::kStandard);
  log.first_line_ = first->text;
  log.take_line(first->text);
  return log;
}

tl::expected<std::optional<CarbontrackerLines::Interval>, std::string> CarbontrackerLines::next() {
  while (!complete_) {
    const auto line = lines_.next();
    if (!line && !lines_.failure().empty()) return tl::unexpected(lines_.failure());
    if (!line) {
      end_interval();
      break;
    }
    if (!line->too_long) take_line(line->text);
  }
  return std::exchange(complete_, std::nullopt);
}

void CarbontrackerLines::take_line(const std::string& text) {
  std::string message(message_of(text));
  if (has_time(text)) {
    now_ = parse_local_time(text.substr(0, kTimeLength));
    open_list_.clear();
    // A block of the output log has a time before it, and ends at the next one.
    if (kind_ == Kind::kOutput) end_interval();
    if (kind_ == Kind::kOutput && begins_with(message, kOutputPrefix)) {
      message.erase(0, kOutputPrefix.size());
    }
  } else if (!open_list_.empty()) {
    message = std::exchange(open_list_, {}) + " " + message;
  }
  const auto begin = message.find_first_not_of(" \t");
  if (begin == std::string::npos || message.size() > kMaxMessageBytes) return;
  take_message(message.substr(begin));
}

void CarbontrackerLines::take_message(const std::string& message) {
  static const std::regex kEpoch(R"(Epoch (\d{1,9}):)");
  static const std::regex kActual(R"(Actual consumption(?: for (\d{1,9}) epoch\(s\))?:)");
  static const std::regex kPower(R"(Average power usage \(W\) for ([^:]+): (.+))");
  static const std::regex kFigure(R"((Duration|Time|Energy|CO2eq):\s*(\S+).*)");
  std::smatch part;
  const bool standard = kind_ == Kind::kStandard;
  if (std::regex_match(message, part, standard ? kEpoch : kActual)) {
    begin(part[1].matched ? part[1].str() : "1");
    open_->text = message;
  } else if (begins_with(message, "Predicted consumption")) {
    end_interval();
  } else if (standard && open_ && std::regex_match(message, part, kPower)) {
    open_->text += message;
    take_power(part[1].str(), part[2].str());
  } else if (open_ && std::regex_match(message, part, kFigure)) {
    open_->text += message;
    take_figure(part[1].str(), part[2].str());
  } else {
    take_context(message);
  }
}

void CarbontrackerLines::begin(const std::string& epoch) {
  end_interval();
  Interval begun;
  begun.line = lines_.line();
  begun.epoch = std::stoll(epoch);
  begun.end = now_;
  open_ = std::move(begun);
}

void CarbontrackerLines::end_interval() {
  if (!open_) return;
  complete_ = std::move(open_);
  open_.reset();
}

void CarbontrackerLines::take_figure(const std::string& name, const std::string& value) {
  const bool is_time = name == "Duration" || name == "Time";
  const auto number = is_time ? seconds_in(value) : figure_in(value);
  const bool unknown = name == "CO2eq" && value == "nan";  // it found no intensity
  if (!number && !unknown) {
    open_->problem = fmt::format("{} {} makes no sense", name, value);
  } else if (is_time) {
    open_->duration_s = number;
  } else if (name == "Energy") {
    open_->energy_kwh = number;
  } else {
    open_->co2eq_g = number;
  }
}

void CarbontrackerLines::take_power(const std::string& component, const std::string& watts) {
  if (watts.front() == '[' && watts.find(']') == std::string::npos) {
    open_list_ = fmt::format("Average power usage (W) for {}: {}", component, watts);
    return;
  }
  if (watts == "None") return;  // the epoch was too short to measure it
  const auto sum = watts_in(watts);
  auto& power = open_->power_w;
  if (!sum) {
    open_->problem = fmt::format("the power of {}, {}, makes no sense", component, watts);
  } else if (component == "cpu") {
    power.cpu_j = sum;
  } else if (component == "gpu") {
    power.gpu_j = sum;
  } else if (component == "ram") {
    power.ram_j = sum;
  } else {
    open_->problem = fmt::format("has the power of {}, which is no cpu, gpu or ram", component);
  }
}

void CarbontrackerLines::take_context(const std::string& message) {
  static const std::regex kVersion(R"(carbontracker version (\S{1,40}))");
  static const std::regex kPue(R"(.* PUE coefficient of ([0-9.]+) .*)");
  static const std::regex kAverage(
      R"(Average carbon intensity during training was ([0-9.]+) gCO2.*)");
  static const std::regex kDevice(R"((GPU|CPU) with device\(s\) (.*?)\.(?= |$))");
  std::smatch part;
  if (std::regex_match(message, part, kVersion)) {
    context_.version = part[1].str();
  } else if (std::regex_match(message, part, kPue)) {
    context_.pue = figure_in(part[1].str());
  } else if (std::regex_match(message, part, kAverage)) {
    context_.average_intensity_g_per_kwh = figure_in(part[1].str());
  } else if (begins_with(message, "The following components were found:")) {
    for (std::sregex_iterator it(message.begin(), message.end(), kDevice), end; it != end; ++it) {
      if ((*it)[1] == "CPU") context_.hardware.cpu = (*it)[2].str();
      if ((*it)[1] == "GPU") context_.hardware.gpu = {(*it)[2].str()};
    }
  }
}

}  // namespace fedwatt::viewer
