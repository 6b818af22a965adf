#include "text/run_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "text/display_text.h"
#include "text/format.h"
#include "text/policy_words.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using Words = std::function<std::string(const RunRecord&)>;

// "FR PL": each once; empty if none is known.
std::string each_once(const RunRecord& run, std::string protocol::WorkerView::*field) {
  std::set<std::string> values;
  for (const auto& [name, worker] : run.workers) {
    if (!(worker.*field).empty()) values.insert(printable(worker.*field));
  }
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " ") + value;
  return text.empty() ? kMissing : text;
}

std::string policy(const RunRecord& run, const std::string& kind) {
  for (const auto& described : describe_policies(run.view)) {
    if (described.kind != kind) continue;
    return described.what + (described.dry_run ? " (dry run)" : "");
  }
  return "none";
}

void add_if_different(std::vector<Setting>& settings, const std::string& name, const Words& words,
                      const std::vector<const RunRecord*>& runs) {
  Setting setting{name, {}};
  for (const RunRecord* run : runs) setting.values.push_back(words(*run));
  const auto& values = setting.values;
  const bool alike = std::all_of(values.begin(), values.end(),
                                 [&](const std::string& value) { return value == values.front(); });
  if (!alike) settings.push_back(std::move(setting));
}

}  // namespace

std::vector<Setting> differing_settings(const std::vector<const RunRecord*>& runs) {
  std::vector<Setting> settings;
  const auto add = [&](const std::string& name, const Words& words) {
    add_if_different(settings, name, words, runs);
  };
  add("rounds planned", [](const RunRecord& run) { return format_count(run.view.total_rounds); });
  add("workers", [](const RunRecord& run) { return format_count(run.view.workers_total); });
  add("PUE", [](const RunRecord& run) { return format_pue(run.view.carbon.default_pue); });
  add("network kWh/GB", [](const RunRecord& run) {
    return fmt::format("{:.3g}", run.view.carbon.network_kwh_per_gb);
  });
  add("network g/kWh", [](const RunRecord& run) {
    return fmt::format("{:.3g}", run.view.carbon.network_intensity_g_per_kwh);
  });
  add("recomputed", [](const RunRecord& run) {
    return run.view.edition ? printable(run.view.edition->intensity) : std::string("no");
  });
  for (const char* kind : {"budget", "plateau", "intensity", "confirm", "target"}) {
    add(std::string(kind) + " policy", [kind](const RunRecord& run) { return policy(run, kind); });
  }
  const bool all_known = std::none_of(runs.begin(), runs.end(),
                                      [](const RunRecord* run) { return run->workers.empty(); });
  if (!all_known) return settings;
  add("regions",
      [](const RunRecord& run) { return each_once(run, &protocol::WorkerView::region); });
  add("framework",
      [](const RunRecord& run) { return each_once(run, &protocol::WorkerView::framework); });
  return settings;
}

}  // namespace fedwatt::viewer
