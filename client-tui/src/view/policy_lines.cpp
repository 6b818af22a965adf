#include "view/policy_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "text/display_text.h"
#include "text/policy_words.h"
#include "view/gauge.h"

namespace fedwatt::viewer {
namespace {

constexpr char kBetween[] = " · ";
constexpr int kGaugeCells = 10;

// All policies but a budget that is shown as a gauge: in words, or by their kinds alone.
std::string others(const protocol::RunView& run, bool without_budget, bool in_words) {
  std::string text;
  for (const auto& policy : describe_policies(run)) {
    if (without_budget && policy.kind == "budget") continue;
    text += (text.empty() ? "" : kBetween) + policy.kind;
    if (in_words) text += ": " + policy.what;
    if (policy.dry_run) text += " (dry run)";
  }
  return text;
}

}  // namespace

std::vector<ftxui::Element> policy_lines(const Style& style, const protocol::RunView& run,
                                         int width) {
  ftxui::Elements lines;
  if (describe_policies(run).empty()) return lines;
  ftxui::Elements parts;
  int room = width;
  const auto add = [&](const std::string& text, Tone tone) {
    const std::string shown = clip(text, std::max(room, 0));
    room -= display_width(shown);
    parts.push_back(style.text(shown, tone));
  };
  const auto use = budget_use(run);
  if (use) {
    add("budget ", Tone::kQuiet);
    add(fmt::format("{} {:.3g} %", gauge(use->share, kGaugeCells), use->share * 100),
        tone_of_budget(use->share, *run.policies.budget));
    add(fmt::format(" of {}{}", use->limit, run.policies.budget->dry_run ? " (dry run)" : ""),
        Tone::kPlain);
  }
  std::string rest = others(run, use.has_value(), true);
  const auto between = [&] { return use && !rest.empty() ? kBetween : ""; };
  if (display_width(between() + rest) > room) rest = others(run, use.has_value(), false);
  add(between() + rest, Tone::kQuiet);
  lines.push_back(ftxui::hbox(std::move(parts)));
  if (const auto overruled = describe_overruling(run.overruled_by); !overruled.empty()) {
    lines.push_back(style.text(clip(overruled, width), Tone::kWarning));
  }
  return lines;
}

}  // namespace fedwatt::viewer
