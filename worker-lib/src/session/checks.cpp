#include "session/checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "fedwatt/protocol/policy_text.h"
#include "link/hub_url.h"

namespace fedwatt::session {
namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxTextBytes = 1'000;
constexpr std::size_t kMaxMetrics = 64;
constexpr std::int64_t kMaxCount = 9'000'000'000'000'000;  // integers up to 2^53 survive JSON
constexpr double kMaxMetric = 1e300;
constexpr double kMaxPue = 100;
constexpr double kMaxEnergyJ = 1e12;
constexpr std::size_t kMaxSourceBytes = 190;  // "external:" comes before it
constexpr std::size_t kLeastQueueBytes = 64 * 1024;
constexpr std::int64_t kMaxRounds = 1'000'000'000;

// The length of the UTF-8 character at the start of `text`; 0 if there is no valid one.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7f;
  return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

// The same under every locale, unlike std::to_string.
std::string text_of(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

void check_name(const char* what, const std::string& name) {
  if (is_name(name)) return;
  refuse(std::string("the ") + what + (name.empty() ? " is missing" : " cannot be used") +
         "; give 1 to 200 bytes of UTF-8 without control characters");
}

void check_text(const char* what, const std::string& text) {
  if (as_text(text) == text) return;
  refuse(std::string("the ") + what +
         " cannot be used; give at most 1000 bytes of UTF-8 without control characters");
}

class Checker {
 public:
  void metric(const std::string& name, double value) {
    if (!is_name(name)) {
      return leave_out("a metric", "has a name that is no 1 to 200 bytes of UTF-8");
    }
    if (!std::isfinite(value)) return leave_out(name, "is not a finite number");
    if (name == "accuracy" && !(value >= 0 && value <= 1)) {
      return leave_out(name, "is " + text_of(value) + ", but a fraction from 0 to 1");
    }
    if (std::abs(value) > kMaxMetric) return leave_out(name, "is past 1e300");
    auto& metrics = checked.results.metrics;
    if (metrics.size() == kMaxMetrics && metrics.count(name) == 0) {
      return leave_out(name, "is one metric more than the 64 that a report may hold");
    }
    metrics[name] = value;
  }

  void count(const char* name, std::optional<std::int64_t> from, std::optional<std::int64_t>& to) {
    if (from && (*from < 0 || *from > kMaxCount)) {
      return leave_out(name, "is " + std::to_string(*from) + ", but counts from 0 to 9e15");
    }
    to = from;
  }

  CheckedResult checked;

 private:
  void leave_out(const std::string& name, const std::string& why) {
    checked.left_out.push_back(name + " was left out of a report: it " + why);
  }
};

}  // namespace

void check_options(const WorkerOptions& options) {
  link::parse_hub_url(options.hub);
  check_name("run's name (option run)", options.run);
  check_name("worker's name (option worker)", options.worker);
  check_text("region (option region)", options.region);
  check_text("framework (option framework)", options.framework);
  // Which is not quoted: it is a secret.
  if (!link::is_token(options.token)) {
    refuse(
        "the token (option token, or FEDWATT_TOKEN) cannot be used; give what fedwatt-hub token "
        "add printed, in one line");
  }
  check_name("metric that the run is judged by (option target)", options.target.metric);
  if (options.pue && !(*options.pue >= 1 && *options.pue <= kMaxPue)) {
    refuse("the data centre's PUE (option pue) is " + text_of(*options.pue) +
           "; it is total power divided by the computers' power, so give at least 1");
  }
  if (options.total_rounds && (*options.total_rounds < 0 || *options.total_rounds > kMaxRounds)) {
    refuse("the number of rounds (option total_rounds) is " +
           std::to_string(*options.total_rounds) + "; give 0 to 1000000000, or leave it out");
  }
  if (const auto policies = policies_of(options); !policies) {
    refuse("a policy (option policies) cannot be used: " + policies.error());
  }
  if (options.queue_capacity == 0) {
    refuse("the queue (option queue_capacity) has room for no report; give at least 1");
  }
  if (options.queue_bytes < kLeastQueueBytes) {
    refuse("the queue (option queue_bytes) has " + std::to_string(options.queue_bytes) +
           " bytes; give at least " + std::to_string(kLeastQueueBytes));
  }
}

tl::expected<std::optional<protocol::Policies>, std::string> policies_of(
    const WorkerOptions& options) {
  std::string text;
  for (const auto& policy : options.policies) text += policy + " ";
  if (text.find_first_not_of(' ') == text.npos) return std::nullopt;
  return protocol::parse_policies(text).map(
      [](const protocol::Policies& policies) { return std::optional(policies); });
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes) return false;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0 || is_control(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string as_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    if (result.size() + character.size() > kMaxTextBytes) break;
    result += length == 0 || is_control(character) ? std::string_view(" ") : character;
    text.remove_prefix(character.size());
  }
  return result;
}

CheckedResult check_result(const RoundResult& result) {
  Checker checker;
  if (result.accuracy) checker.metric("accuracy", *result.accuracy);
  if (result.loss) checker.metric("loss", *result.loss);
  for (const auto& [name, value] : result.metrics) {
    const bool said_already =
        (name == "accuracy" && result.accuracy) || (name == "loss" && result.loss);
    if (!said_already) checker.metric(name, value);
  }
  auto& results = checker.checked.results;
  checker.count("num_examples", result.num_examples, results.num_examples);
  checker.count("bytes_sent", result.bytes_sent, results.bytes_sent);
  checker.count("bytes_received", result.bytes_received, results.bytes_received);
  return std::move(checker.checked);
}

CheckedEnergy check_energy(const EnergyReading& reading, std::string_view source) {
  CheckedEnergy checked;
  if (source.size() > kMaxSourceBytes || !is_name(source)) {
    checked.left_out.emplace_back(
        "energy was left out of a report: its source has a name that is no 1 to 190 bytes of "
        "UTF-8");
    return checked;
  }
  const auto take = [&](const char* name, std::optional<double> joules, std::optional<double>& to,
                        std::string& to_source) {
    if (!joules) return;
    if (!(*joules >= 0 && *joules <= kMaxEnergyJ)) {
      checked.left_out.push_back(std::string(name) + " was left out of a report: it is " +
                                 text_of(*joules) + " J, but energy is 0 to 1e12");
      return;
    }
    to = joules;
    to_source = "external:" + std::string(source);
  };
  auto& [energy_j, sources] = checked.reading;
  take("machine_j", reading.machine_j, energy_j.machine_j, sources.machine);
  if (energy_j.machine_j && (reading.cpu_j || reading.gpu_j || reading.ram_j)) {
    checked.left_out.emplace_back(
        "cpu_j, gpu_j and ram_j were left out of a report: machine_j is the whole machine's");
    return checked;
  }
  take("cpu_j", reading.cpu_j, energy_j.cpu_j, sources.cpu);
  take("gpu_j", reading.gpu_j, energy_j.gpu_j, sources.gpu);
  take("ram_j", reading.ram_j, energy_j.ram_j, sources.ram);
  return checked;
}

}  // namespace fedwatt::session
