#include "import/codecarbon_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "fedwatt/protocol/number_in.h"
#include "import/csv_line.h"
#include "import/local_time.h"

namespace fedwatt::viewer {
namespace {

constexpr double kGramsPerKg = 1000;
constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
constexpr double kMaxGib = 1e6;
constexpr std::size_t kMaxProjects = 100;
constexpr const char* kCodecarbonSource = "external:codecarbon";
// The order of Figure.
constexpr std::array kFigureColumns = {"duration",   "emissions",  "cpu_energy",
                                       "gpu_energy", "ram_energy", "energy_consumed"};

bool holds(const std::map<std::string, std::size_t>& columns, const std::string& name) {
  return columns.find(name) != columns.end();
}

std::map<std::string, std::size_t> columns_of(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  std::map<std::string, std::size_t> columns;
  const auto names = csv_fields(line).value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < names.size(); ++i) columns[names[i]] = i;
  const bool all = holds(columns, "timestamp") && holds(columns, "duration") &&
                   holds(columns, "emissions") && holds(columns, "energy_consumed") &&
                   columns.size() == names.size();
  return all ? columns : std::map<std::string, std::size_t>();
}

// Where the file of a worker says nothing about the worker: "hospital-3/emissions.csv" is of
// hospital-3, and so is "hospital-3.csv".
std::string worker_of_file(const std::string& path) {
  const auto absolute = std::filesystem::absolute(path);
  const std::string stem = absolute.stem().string();
  const std::string folder = absolute.parent_path().filename().string();
  return stem == "emissions" && !folder.empty() ? folder : stem;
}

}  // namespace

bool CodecarbonFile::is_header(std::string_view line) { return !columns_of(line).empty(); }

tl::expected<CodecarbonFile, std::string> CodecarbonFile::open(const std::string& path) {
  auto lines = LineReader::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  CodecarbonFile file(*std::move(lines));
  const auto header = file.lines_.next();
  if (header) file.columns_ = columns_of(header->text);
  if (file.columns_.empty()) {
    return tl::unexpected(file.lines_.problem("this is no header of codecarbon's"));
  }
  return file;
}

std::string_view CodecarbonFile::field(const std::string& column) const {
  const auto found = columns_.find(column);
  return found == columns_.end() ? std::string_view() : fields_.at(found->second);
}

tl::expected<std::optional<CodecarbonFile::Row>, std::string> CodecarbonFile::next(
    SkippedRows& skipped) {
  while (const auto line = lines_.next()) {
    ++rows_;
    auto row = row_of(*line);
    if (row) return std::optional<Row>(*std::move(row));
    skipped.add(lines_.problem(row.error()));
  }
  if (!lines_.failure().empty()) return tl::unexpected(lines_.failure());
  return std::optional<Row>();
}

tl::expected<CodecarbonFile::Row, std::string> CodecarbonFile::row_of(
    const LineReader::Line& line) {
  if (line.too_long) {
    return tl::unexpected(fmt::format("is longer than {} bytes", LineReader::kMaxLineBytes));
  }
  auto fields = csv_fields(line.text);
  if (!fields) return tl::unexpected(std::string("a quote is not closed"));
  if (fields->size() != columns_.size()) {
    return tl::unexpected(
        fmt::format("has {} fields, the header {}", fields->size(), columns_.size()));
  }
  fields_ = *std::move(fields);

  auto totals = read_figures();
  if (!totals) return tl::unexpected(std::move(totals.error()));
  const auto figures = since_the_row_before(*totals);
  if (!figures) return tl::unexpected(figures.error());
  auto report = report_of(*totals, *figures);
  if (!report) return tl::unexpected(std::move(report.error()));
  Row row{hello_of(line.text), *std::move(report)};
  for (const auto& problem : {problem_on_the_wire(row.hello), problem_on_the_wire(row.report)}) {
    if (!problem.empty()) return tl::unexpected(problem);
  }
  if (const std::string run_id(field("run_id")); !run_id.empty()) totals_[run_id] = *totals;
  return row;
}

tl::expected<CodecarbonFile::Figures, std::string> CodecarbonFile::read_figures() const {
  Figures figures{};
  for (std::size_t i = 0; i < kFigures; ++i) {
    const std::string_view text = field(kFigureColumns[i]);
    const bool component = i == kCpuKwh || i == kGpuKwh || i == kRamKwh;
    if (component && text.empty()) continue;
    const auto value = protocol::number_in<double>(text);
    if (!value) return tl::unexpected(fmt::format("{} is no number", kFigureColumns[i]));
    if (*value < 0) return tl::unexpected(fmt::format("{} is negative", kFigureColumns[i]));
    figures[i] = *value;
  }
  if (figures[kTotalKwh] == 0 && figures[kEmissionsKg] > 0) {
    return tl::unexpected(std::string("has emissions, but an energy_consumed of 0"));
  }
  return figures;
}

// A task's row is of that task alone, and so is one that does not say which run it is of.
tl::expected<CodecarbonFile::Figures, std::string> CodecarbonFile::since_the_row_before(
    const Figures& figures) {
  const auto before = totals_.find(std::string(field("run_id")));
  if (before == totals_.end() || holds(columns_, "task_name")) return figures;
  Figures since{};
  bool more = false;
  for (std::size_t i = 0; i < kFigures; ++i) {
    since[i] = figures[i] - before->second[i];
    if (since[i] < 0) {
      return tl::unexpected(
          fmt::format("{} is less than in an earlier row of the same run_id, whose rows are "
                      "running totals",
                      kFigureColumns[i]));
    }
    more = more || since[i] > 0;
  }
  if (!more) return tl::unexpected(std::string("says the same as an earlier row of its run_id"));
  return since;
}

// By component where the components are all of it, else as one figure for the machine.
tl::expected<protocol::Report, std::string> CodecarbonFile::report_of(
    const Figures& totals, const Figures& figures) const {
  const auto end = parse_local_time(field("timestamp"));
  if (!end) return tl::unexpected(std::string("timestamp is no time like 2026-01-31T09:30:00"));
  protocol::Report report;
  report.seq = rows_;
  report.duration_s = figures[kDurationS];
  if (report.duration_s > 1e8) return tl::unexpected(std::string("duration is over three years"));
  report.started_at = *end - std::chrono::milliseconds(std::llround(figures[kDurationS] * 1000));
  report.round_complete = true;

  const double parts = totals[kCpuKwh] + totals[kGpuKwh] + totals[kRamKwh];
  if (std::abs(parts - totals[kTotalKwh]) <= 1e-6 * totals[kTotalKwh] &&
      holds(columns_, "cpu_energy")) {
    report.energy_j.cpu_j = figures[kCpuKwh] * kJoulesPerKwh;
    report.energy_source.cpu = kCodecarbonSource;
    if (!field("ram_energy").empty()) {
      report.energy_j.ram_j = figures[kRamKwh] * kJoulesPerKwh;
      report.energy_source.ram = kCodecarbonSource;
    }
    // Without a GPU codecarbon writes 0 for what was not measured.
    if (totals[kGpuKwh] > 0 || protocol::number_in<double>(field("gpu_count")).value_or(0) > 0) {
      report.energy_j.gpu_j = figures[kGpuKwh] * kJoulesPerKwh;
      report.energy_source.gpu = kCodecarbonSource;
    }
  } else {
    report.energy_j.machine_j = figures[kTotalKwh] * kJoulesPerKwh;
    report.energy_source.machine = kCodecarbonSource;
  }
  // What was used, so that the grams are codecarbon's own.
  if (figures[kTotalKwh] > 0) {
    report.intensity_g_per_kwh = figures[kEmissionsKg] * kGramsPerKg / figures[kTotalKwh];
  }
  return report;
}

protocol::WorkerHello CodecarbonFile::hello_of(const std::string& line) const {
  protocol::WorkerHello hello;
  hello.run = field("project_name").empty() ? "codecarbon" : field("project_name");
  hello.worker = worker_of_file(lines_.path());
  const bool in_cloud = field("on_cloud") == "Y" && !field("cloud_region").empty();
  hello.region = in_cloud ? fmt::format("{}:{}", field("cloud_provider"), field("cloud_region"))
                          : std::string(field("country_iso_code"));
  hello.pue = 1.0;  // codecarbon's is in its energy already
  hello.hardware.cpu = field("cpu_model");
  if (!field("gpu_model").empty()) hello.hardware.gpu.emplace_back(field("gpu_model"));
  if (const auto gib = protocol::number_in<double>(field("ram_total_size"));
      gib && *gib > 0 && *gib < kMaxGib) {
    hello.hardware.ram_bytes = std::llround(*gib * kBytesPerGib);
  }
  const std::string_view version = field("codecarbon_version");
  hello.framework = version.empty() ? "codecarbon" : fmt::format("codecarbon {}", version);
  const std::string_view run_id = field("run_id");
  hello.session = session_of_content(
      "codecarbon", fmt::format("{}\n{}", hello.run, run_id.empty() ? line : run_id));
  hello.is_import = true;
  return hello;
}

namespace {

// The rows of one project, each a round.
class CodecarbonReader : public ImportReader {
 public:
  CodecarbonReader(CodecarbonFile file, std::string project)
      : file_(std::move(file)), project_(std::move(project)) {}

  tl::expected<std::optional<ImportMessage>, std::string> next() override {
    SkippedRows told_before;
    for (;;) {
      auto row = file_.next(told_before);
      if (!row) return tl::unexpected(std::move(row.error()));
      if (!*row) return std::optional<ImportMessage>();
      if ((*row)->hello.run != project_) continue;
      (*row)->report.round = ++round_;
      return std::optional<ImportMessage>(std::move((*row)->report));
    }
  }

 private:
  CodecarbonFile file_;
  std::string project_;
  std::int64_t round_ = 0;
};

}  // namespace

tl::expected<std::vector<ImportSource>, std::string> check_codecarbon_file(const std::string& path,
                                                                           SkippedRows& skipped) {
  auto file = CodecarbonFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  std::vector<ImportSource> sources;
  std::map<std::string, std::size_t> by_project;
  for (;;) {
    auto row = file->next(skipped);
    if (!row) return tl::unexpected(std::move(row.error()));
    if (!*row) return sources;
    const auto [place, is_new] = by_project.try_emplace((*row)->hello.run, sources.size());
    if (is_new && sources.size() == kMaxProjects) {
      return tl::unexpected(fmt::format("{} holds more than {} projects", path, kMaxProjects));
    }
    if (is_new) {
      ImportSource& source = sources.emplace_back();
      source.path = path;
      source.hello = (*row)->hello;
      source.first_seq = (*row)->report.seq;
      source.open = [path, project = (*row)->hello.run]()
          -> tl::expected<std::unique_ptr<ImportReader>, std::string> {
        auto again = CodecarbonFile::open(path);
        if (!again) return tl::unexpected(std::move(again.error()));
        return std::make_unique<CodecarbonReader>(*std::move(again), project);
      };
    }
    ++sources[place->second].reports;
  }
}

}  // namespace fedwatt::viewer
