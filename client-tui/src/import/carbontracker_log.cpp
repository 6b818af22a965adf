#include "import/carbontracker_log.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <regex>
#include <utility>
#include <vector>

#include "import/local_time.h"
#include "import/row_numbers.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kTimeLength = 19;          // "2026-01-31 09:30:00"
constexpr std::size_t kMaxMessageBytes = 4'000;  // std::regex recurses: longer is no message
constexpr std::string_view kSeparator = " - ";
constexpr std::string_view kOutputPrefix = "CarbonTracker: ";
constexpr const char* kCarbontrackerSource = "external:carbontracker";

// What was measured is never negative.
std::optional<double> figure_in(std::string_view text) {
  const auto value = number_in(text);
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

// "…/1234.5_2026-01-31T093000Z_carbontracker.log": both logs of a training have the same name.
std::string worker_of_log(const std::string& path) {
  std::string stem = std::filesystem::path(path).stem().string();
  for (const std::string_view ending : {"_carbontracker_output", "_carbontracker"}) {
    const auto at = stem.rfind(ending);
    if (at != std::string::npos && at > 0 && at + ending.size() == stem.size()) {
      return stem.substr(0, at);
    }
  }
  return stem;
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

bool CarbontrackerLog::is_first_line(std::string_view line) {
  const auto message = message_of(line);
  return has_time(line) &&
         (begins_with(message, "carbontracker version ") || begins_with(message, kOutputPrefix));
}

tl::expected<CarbontrackerLog, std::string> CarbontrackerLog::open(const std::string& path) {
  auto lines = LineReader::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  const auto first = lines->next();
  if (!first || !is_first_line(first->text)) {
    return tl::unexpected(lines->problem("no log of carbontracker's begins like this"));
  }
  const bool output = begins_with(message_of(first->text), kOutputPrefix);
  CarbontrackerLog log(*std::move(lines), output ? Kind::kOutput : Kind::kStandard);
  log.first_line_ = first->text;
  log.take_line(first->text);
  return log;
}

tl::expected<std::optional<protocol::Report>, std::string> CarbontrackerLog::next(
    SkippedRows& skipped) {
  while (const auto line = lines_.next()) {
    if (!line->too_long) take_line(line->text);
    if (auto report = finish(skipped)) return std::optional(*std::move(report));
  }
  if (!lines_.failure().empty()) return tl::unexpected(lines_.failure());
  end_interval();
  return finish(skipped);
}

// ---- lines --------------------------------------------------------------------------------------

void CarbontrackerLog::take_line(const std::string& text) {
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

void CarbontrackerLog::take_message(const std::string& message) {
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

void CarbontrackerLog::begin(const std::string& epoch) {
  end_interval();
  Interval begun;
  begun.line = lines_.line();
  begun.epoch = std::stoll(epoch);
  begun.end = now_;
  open_ = std::move(begun);
}

void CarbontrackerLog::end_interval() {
  if (!open_) return;
  complete_ = std::move(open_);
  open_.reset();
}

void CarbontrackerLog::take_figure(const std::string& name, const std::string& value) {
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

void CarbontrackerLog::take_power(const std::string& component, const std::string& watts) {
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

void CarbontrackerLog::take_context(const std::string& message) {
  static const std::regex kVersion(R"(carbontracker version (\S{1,40}))");
  static const std::regex kPue(R"(.* PUE coefficient of ([0-9.]+) .*)");
  static const std::regex kAverage(
      R"(Average carbon intensity during training was ([0-9.]+) gCO2.*)");
  static const std::regex kDevice(R"((GPU|CPU) with device\(s\) (.*?)\.(?= |$))");
  std::smatch part;
  if (std::regex_match(message, part, kVersion)) {
    version_ = part[1].str();
  } else if (std::regex_match(message, part, kPue)) {
    pue_ = figure_in(part[1].str());
  } else if (std::regex_match(message, part, kAverage)) {
    intensity_ = figure_in(part[1].str());
  } else if (begins_with(message, "The following components were found:")) {
    for (std::sregex_iterator it(message.begin(), message.end(), kDevice), end; it != end; ++it) {
      if ((*it)[1] == "CPU") hardware_.cpu = (*it)[2].str();
      if ((*it)[1] == "GPU") hardware_.gpu = {(*it)[2].str()};
    }
  }
}

// ---- intervals ----------------------------------------------------------------------------------

std::optional<protocol::Report> CarbontrackerLog::finish(SkippedRows& skipped) {
  if (!complete_) return std::nullopt;
  const Interval interval = *std::exchange(complete_, std::nullopt);
  ++intervals_;
  auto report = report_of(interval);
  if (report) {
    const auto problem = problem_on_the_wire(*report);
    if (!problem.empty()) report = tl::unexpected(problem);
  }
  if (!report) {
    skipped.add(fmt::format("{}, line {}: {}", lines_.path(), interval.line, report.error()));
    return std::nullopt;
  }
  if (session_.empty()) {
    session_ = session_of_content("carbontracker", first_line_ + "\n" + interval.text);
  }
  last_ = interval;
  return *std::move(report);
}

tl::expected<protocol::Report, std::string> CarbontrackerLog::report_of(
    const Interval& interval) const {
  if (!interval.problem.empty()) return tl::unexpected(interval.problem);
  if (interval.epoch <= last_.epoch) {
    return tl::unexpected(
        fmt::format("epoch {} comes after epoch {}", interval.epoch, last_.epoch));
  }
  const auto since = since_the_last(interval);
  if (!since) return tl::unexpected(since.error());
  protocol::Report report;
  report.seq = kind_ == Kind::kOutput ? intervals_ : interval.epoch;
  report.round = interval.epoch;
  report.round_complete = true;
  report.duration_s = *since->duration_s;
  report.started_at =
      *interval.end - std::chrono::milliseconds(std::llround(report.duration_s * 1000));
  if (kind_ == Kind::kOutput) {
    report.energy_j.machine_j = *since->energy_kwh * kJoulesPerKwh;
    report.energy_source.machine = kCarbontrackerSource;
    if (since->co2eq_g && *since->energy_kwh > 0) {
      report.intensity_g_per_kwh = *since->co2eq_g / *since->energy_kwh;
    }
    return report;
  }
  const auto energy_of = [&](const std::optional<double>& power_w, std::optional<double>& energy_j,
                             std::string& source) {
    if (!power_w) return;
    energy_j = *power_w * report.duration_s;
    source = kCarbontrackerSource;
  };
  energy_of(since->power_w.cpu_j, report.energy_j.cpu_j, report.energy_source.cpu);
  energy_of(since->power_w.gpu_j, report.energy_j.gpu_j, report.energy_source.gpu);
  energy_of(since->power_w.ram_j, report.energy_j.ram_j, report.energy_source.ram);
  return report;
}

// The output log says what was consumed from the training's start on.
tl::expected<CarbontrackerLog::Interval, std::string> CarbontrackerLog::since_the_last(
    Interval interval) const {
  if (!interval.duration_s || !interval.end) {
    return tl::unexpected(fmt::format("epoch {} has no duration", interval.epoch));
  }
  if (kind_ == Kind::kStandard) return interval;
  if (!interval.energy_kwh) {
    return tl::unexpected(fmt::format("epoch {} has no energy", interval.epoch));
  }
  if (last_.epoch == 0) return interval;
  interval.duration_s = *interval.duration_s - *last_.duration_s;
  interval.energy_kwh = *interval.energy_kwh - *last_.energy_kwh;
  if (interval.co2eq_g) interval.co2eq_g = *interval.co2eq_g - last_.co2eq_g.value_or(0);
  if (*interval.duration_s < 0 || *interval.energy_kwh < 0 || interval.co2eq_g.value_or(0) < 0) {
    return tl::unexpected(fmt::format(
        "is less than what epoch {} ended with, though these are running totals", last_.epoch));
  }
  return interval;
}

protocol::WorkerHello CarbontrackerLog::hello() const {
  protocol::WorkerHello hello;
  hello.run = "carbontracker";
  hello.worker = worker_of_log(lines_.path());
  hello.hardware = hardware_;
  // The output log's energy has it in already.
  hello.pue = kind_ == Kind::kOutput ? std::optional(1.0) : pue_;
  hello.framework = version_.empty() ? "carbontracker" : "carbontracker " + version_;
  if (!session_.empty()) hello.session = session_;
  hello.is_import = true;
  return hello;
}

namespace {

class CarbontrackerReader : public ImportReader {
 public:
  CarbontrackerReader(CarbontrackerLog log, std::optional<double> intensity_g_per_kwh)
      : log_(std::move(log)), intensity_g_per_kwh_(intensity_g_per_kwh) {}

  tl::expected<std::optional<ImportMessage>, std::string> next() override {
    SkippedRows told_before;
    auto report = log_.next(told_before);
    if (!report) return tl::unexpected(std::move(report.error()));
    if (!*report) return std::optional<ImportMessage>();
    if (!(*report)->intensity_g_per_kwh) (*report)->intensity_g_per_kwh = intensity_g_per_kwh_;
    return std::optional<ImportMessage>(**std::move(report));
  }

 private:
  CarbontrackerLog log_;
  std::optional<double> intensity_g_per_kwh_;
};

}  // namespace

tl::expected<ImportSource, std::string> check_carbontracker_log(const std::string& path,
                                                                SkippedRows& skipped) {
  auto log = CarbontrackerLog::open(path);
  if (!log) return tl::unexpected(std::move(log.error()));
  ImportSource source;
  source.path = path;
  for (;;) {
    const auto report = log->next(skipped);
    if (!report) return tl::unexpected(report.error());
    if (!*report) break;
    if (++source.reports == 1) source.first_seq = (*report)->seq;
  }
  source.hello = log->hello();
  const auto intensity = log->average_intensity_g_per_kwh();
  if (const auto problem = problem_on_the_wire(source.hello); !problem.empty()) {
    return tl::unexpected(path + ": " + problem);
  }
  source.open = [path, intensity]() -> tl::expected<std::unique_ptr<ImportReader>, std::string> {
    auto again = CarbontrackerLog::open(path);
    if (!again) return tl::unexpected(std::move(again.error()));
    return std::make_unique<CarbontrackerReader>(*std::move(again), intensity);
  };
  return source;
}

}  // namespace fedwatt::viewer
