#include "input/confirmation.h"

#include "input/text_edit.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

bool is_letter(const Key& key, char lower, char upper) {
  return key.kind == Key::Kind::kText &&
         (key.text == std::string(1, lower) || key.text == std::string(1, upper));
}

}  // namespace

void ask(UiState& ui, const RunRecord& run, protocol::Action action) {
  ui.confirmation = Confirmation{action, run.view.run_id, false, ""};
}

std::optional<Effect> answer(UiState& ui, const ViewerModel& model, const Key& key) {
  Confirmation& question = *ui.confirmation;
  const RunRecord* run = model.find_run(question.run_id);
  const bool is_stop = question.action == protocol::Action::kStop;
  const bool enter = key.kind == Key::Kind::kEnter;
  const bool typed_no = is_letter(key, 'n', 'N');

  const bool yes = run && (is_stop ? enter && names_run(question.typed, *run)
                                   : is_letter(key, 'y', 'Y') || (enter && question.yes_chosen));
  const bool no = !run || key.kind == Key::Kind::kEscape || (!is_stop && (typed_no || enter)) ||
                  (is_stop && enter && question.typed.empty());
  if (yes) {
    const GiveCommand command{question.run_id, question.action};
    ui.confirmation.reset();
    return command;
  }
  if (no) {
    ui.confirmation.reset();
  } else if (is_stop) {
    edit(question.typed, key);
  } else if (key.kind == Key::Kind::kTab || key.kind == Key::Kind::kLeft ||
             key.kind == Key::Kind::kRight) {
    question.yes_chosen = !question.yes_chosen;
  }
  return std::nullopt;
}

bool names_run(const std::string& typed, const RunRecord& run) {
  return !typed.empty() && typed == printable(run.view.name);
}

}  // namespace fedwatt::viewer
