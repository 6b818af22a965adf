#include "view/dialogs.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/colon_commands.h"
#include "input/confirmation.h"
#include "input/keymap.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/policy_words.h"
#include "view/run_figures.h"

namespace fedwatt::viewer {
namespace {

constexpr int kWidth = 64;

std::string verb(protocol::Action action) {
  std::string word(word_of(action));
  word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

std::string what_happens(protocol::Action action) {
  switch (action) {
    case protocol::Action::kPause:
      return "The training waits at its next checkpoint until resumed.";
    case protocol::Action::kResume:
      return "The training goes on from where it waits.";
    case protocol::Action::kStop:
      return "The training ends for good at its next checkpoint.";
  }
  return "";
}

std::string workers_of(const RunRecord& run) {
  const std::string count =
      fmt::format("{} of {} online", run.view.workers_online, run.view.workers_total);
  std::string list;
  for (const auto& [name, worker] : run.workers) {
    if (worker.state == protocol::WorkerState::kLeft) continue;
    list += (list.empty() ? ": " : ", ") + printable(name);
  }
  return count + list;
}

// What the run will still need, as far as the forecast knows: "38 rounds, about 1.20 gCO2e".
std::string still_to_come(const protocol::RunView& run) {
  if (!run.forecast || run.forecast->rounds_left <= 0) return "";
  std::string text = fmt::format("{} rounds", run.forecast->rounds_left);
  const auto& total = run.forecast->emissions_g;
  if (total && run.emissions_g && total->mean > *run.emissions_g) {
    text += fmt::format(", about {}", format_emissions(total->mean - *run.emissions_g));
  }
  return text;
}

ftxui::Element button(const Style& style, const std::string& label, bool chosen) {
  auto element = style.text(fmt::format("  {}  ", label), Tone::kStrong);
  return chosen ? ftxui::inverted(std::move(element)) : element;
}

ftxui::Element dialog(const Style& style, const std::string& title, ftxui::Elements lines) {
  auto padded = ftxui::hbox(
      {ftxui::text("  "), ftxui::vbox(std::move(lines)) | ftxui::flex, ftxui::text("  ")});
  return style.box(title, std::move(padded)) | ftxui::size(ftxui::WIDTH, ftxui::EQUAL, kWidth) |
         ftxui::clear_under | ftxui::center;
}

ftxui::Element answers(const Style& style, const Confirmation& question, bool name_typed) {
  if (question.action != protocol::Action::kStop) {
    return ftxui::hbox({button(style, "Cancel", !question.yes_chosen), ftxui::text("   "),
                        button(style, "y " + verb(question.action), question.yes_chosen)});
  }
  return ftxui::hbox({button(style, "Esc Cancel", !name_typed), ftxui::text("   "),
                      button(style, "Enter Stop", name_typed)});
}

}  // namespace

ftxui::Element confirmation_dialog(const Style& style, const ViewContext& context) {
  const Confirmation& question = *context.ui.confirmation;
  const RunRecord& run = *context.model.find_run(question.run_id);
  const protocol::RunView& view = run.view;
  constexpr int kInside = kWidth - 6;
  constexpr int kNameWidth = 10;

  ftxui::Elements lines;
  const auto field = [&](const std::string& name, const std::string& value) {
    lines.push_back(ftxui::hbox({style.text(fit(name, kNameWidth), Tone::kQuiet),
                                 style.text(clip(value, kInside - kNameWidth))}));
  };
  const auto blank = [&] { lines.push_back(ftxui::text("")); };
  blank();
  field("run", fmt::format("{}  ({})", printable(view.name), printable(view.run_id)));
  field("workers", workers_of(run));
  field("so far",
        fmt::format("round {}, {} {}", format_progress(view.round, view.total_rounds),
                    printable(view.target.metric), format_target(view.target_value, view.target)));
  field("spent", fmt::format("{}, {}", format_run_energy(view), format_run_emissions(view)));
  if (const auto rest = still_to_come(view); !rest.empty()) {
    field(question.action == protocol::Action::kStop ? "saves" : "to come", rest);
  }
  field("with", describe_settings(view.carbon));
  const auto* command = context.model.latest_command(view.run_id);
  if (view.directive == protocol::Directive::kPause && command) {
    field("paused by", printable(command->issued_by) +
                           (command->reason.empty() ? "" : ": " + printable(command->reason)));
  }
  blank();
  lines.push_back(style.text(clip(what_happens(question.action), kInside)));
  if (question.action == protocol::Action::kPause && !describe_policies(view).empty()) {
    lines.push_back(style.text("Its policies then only say what they would do.", Tone::kQuiet));
  }
  const bool name_typed = names_run(question.typed, run);
  if (question.action == protocol::Action::kStop) {
    blank();
    lines.push_back(
        style.text(clip("To stop it, type its name: " + printable(view.name), kInside)));
    lines.push_back(ftxui::hbox(
        {style.text("> ", Tone::kQuiet),
         style.text(clip(question.typed, kInside - 3), name_typed ? Tone::kGood : Tone::kPlain),
         ftxui::inverted(ftxui::text(" "))}));
  }
  blank();
  lines.push_back(answers(style, question, name_typed));
  return dialog(style, fmt::format("{} this run?", verb(question.action)), std::move(lines));
}

ftxui::Element help_dialog(const Style& style, const ViewContext& context) {
  constexpr int kKeysWidth = 9;
  ftxui::Elements lines;
  const auto add = [&](const std::string& keys, std::string_view effect) {
    lines.push_back(ftxui::hbox({style.text(fit(keys, kKeysWidth), Tone::kAccent),
                                 style.text(clip(std::string(effect), kWidth - 6 - kKeysWidth))}));
  };
  std::string moves;  // in one line, so that all fits where there are 24
  for (const Binding& binding : bindings_of(context.ui.screen)) {
    if (context.ui.readonly && is_command(binding.intent)) continue;
    if (is_movement(binding.intent)) {
      moves += (moves.empty() ? "" : "  ") + keys_text(binding);
    } else {
      add(keys_text(binding), binding.effect);
    }
  }
  if (!moves.empty()) {
    lines.insert(lines.begin(),
                 ftxui::hbox({style.text(moves, Tone::kAccent), style.text("  move")}));
  }
  lines.push_back(ftxui::text(""));
  lines.push_back(style.text("~ an estimate   ≥ a component was not measured", Tone::kQuiet));
  lines.push_back(style.text("– not known     per point: CO2e of one more point", Tone::kQuiet));
  return dialog(style, "Keys", std::move(lines));
}

}  // namespace fedwatt::viewer
