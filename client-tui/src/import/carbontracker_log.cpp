#include "import/carbontracker_log.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <utility>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

using Kind = CarbontrackerLines::Kind;
using Report = tl::expected<protocol::Report, std::string>;

constexpr const char* kCarbontrackerSource = "external:carbontracker";

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

}  // namespace

tl::expected<CarbontrackerLog, std::string> CarbontrackerLog::open(const std::string& path) {
  auto lines = CarbontrackerLines::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  return CarbontrackerLog(*std::move(lines));
}

tl::expected<std::optional<protocol::Report>, std::string> CarbontrackerLog::next(
    SkippedRows& skipped) {
  for (;;) {
    const auto interval = lines_.next();
    if (!interval) return tl::unexpected(interval.error());
    if (!*interval) return std::optional<protocol::Report>();
    ++intervals_;
    auto report = report_of(**interval);
    if (report) {
      const auto problem = problem_on_the_wire(*report);
      if (!problem.empty()) report = tl::unexpected(problem);
    }
    if (!report) {
      skipped.add(fmt::format("{}, line {}: {}", lines_.path(), (*interval)->line,
                              printable(report.error())));
      continue;
    }
    if (session_.empty()) {
      session_ =
          session_of_content("carbontracker", lines_.first_line() + "\n" + (*interval)->text);
    }
    last_ = **interval;
    return std::optional(*std::move(report));
  }
}

Report CarbontrackerLog::report_of(const Interval& interval) const {
  if (!interval.problem.empty()) return tl::unexpected(interval.problem);
  if (interval.epoch <= last_.epoch) {
    return tl::unexpected(
        fmt::format("epoch {} comes after epoch {}", interval.epoch, last_.epoch));
  }
  if (!interval.duration_s || !interval.end) {
    return tl::unexpected(fmt::format("epoch {} has no duration", interval.epoch));
  }
  auto report =
      lines_.kind() == Kind::kStandard ? standard_report(interval) : output_report(interval);
  if (!report) return report;
  report->round = interval.epoch;
  report->round_complete = true;
  report->started_at =
      *interval.end - std::chrono::milliseconds(std::llround(report->duration_s * 1000));
  return report;
}

Report CarbontrackerLog::standard_report(const Interval& interval) const {
  protocol::Report report;
  report.seq = interval.epoch;
  report.duration_s = *interval.duration_s;
  const auto energy_of = [&](const std::optional<double>& power_w, std::optional<double>& energy_j,
                             std::string& source) {
    if (!power_w) return;
    energy_j = *power_w * report.duration_s;
    source = kCarbontrackerSource;
  };
  energy_of(interval.power_w.cpu_j, report.energy_j.cpu_j, report.energy_source.cpu);
  energy_of(interval.power_w.gpu_j, report.energy_j.gpu_j, report.energy_source.gpu);
  energy_of(interval.power_w.ram_j, report.energy_j.ram_j, report.energy_source.ram);
  return report;
}

// The output log says what was consumed from the training's start on.
Report CarbontrackerLog::output_report(const Interval& interval) const {
  if (!interval.energy_kwh) {
    return tl::unexpected(fmt::format("epoch {} has no energy", interval.epoch));
  }
  protocol::Report report;
  report.seq = intervals_;
  report.duration_s = *interval.duration_s - last_.duration_s.value_or(0);
  const double energy_kwh = *interval.energy_kwh - last_.energy_kwh.value_or(0);
  auto co2eq_g = interval.co2eq_g;
  if (last_.epoch > 0 && !last_.co2eq_g) co2eq_g.reset();  // how much came before is not known
  if (co2eq_g) *co2eq_g -= last_.co2eq_g.value_or(0);
  if (report.duration_s < 0 || energy_kwh < 0 || co2eq_g.value_or(0) < 0) {
    return tl::unexpected(fmt::format(
        "is less than what epoch {} ended with, though these are running totals", last_.epoch));
  }
  report.energy_j.machine_j = energy_kwh * kJoulesPerKwh;
  report.energy_source.machine = kCarbontrackerSource;
  if (co2eq_g && energy_kwh > 0) report.intensity_g_per_kwh = *co2eq_g / energy_kwh;
  return report;
}

protocol::WorkerHello CarbontrackerLog::hello() const {
  const auto& [version, hardware, pue, intensity] = lines_.context();
  protocol::WorkerHello hello;
  hello.run = "carbontracker";
  hello.worker = worker_of_log(lines_.path());
  hello.hardware = hardware;
  // The output log's energy has it in already.
  hello.pue = lines_.kind() == Kind::kOutput ? std::optional(1.0) : pue;
  hello.framework = version.empty() ? "carbontracker" : "carbontracker " + version;
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
