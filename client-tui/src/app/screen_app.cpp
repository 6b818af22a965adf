#include "app/screen_app.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ftxui/component/component.hpp>
#include <ftxui/component/event.hpp>
#include <ftxui/component/loop.hpp>
#include <ftxui/component/mouse.hpp>
#include <ftxui/component/screen_interactive.hpp>
#include <ftxui/screen/terminal.hpp>
#include <iostream>
#include <optional>
#include <utility>

#include "app/crash_guard.h"
#include "app/preferences_file.h"
#include "app/redraw_clock.h"
#include "app/session.h"
#include "app/signal_waiter.h"
#include "export/output_files.h"
#include "input/controller.h"
#include "input/log_lines.h"
#include "input/mouse.h"
#include "text/display_text.h"
#include "text/words.h"
#include "view/screen_view.h"

namespace fedwatt::viewer {
namespace {

std::optional<Key> key_of(const ftxui::Event& event) {
  static const std::array<std::pair<ftxui::Event, Key::Kind>, 13> kSpecial{{
      {ftxui::Event::ArrowUp, Key::Kind::kUp},
      {ftxui::Event::ArrowDown, Key::Kind::kDown},
      {ftxui::Event::ArrowLeft, Key::Kind::kLeft},
      {ftxui::Event::ArrowRight, Key::Kind::kRight},
      {ftxui::Event::PageUp, Key::Kind::kPageUp},
      {ftxui::Event::PageDown, Key::Kind::kPageDown},
      {ftxui::Event::Home, Key::Kind::kHome},
      {ftxui::Event::End, Key::Kind::kEnd},
      {ftxui::Event::Return, Key::Kind::kEnter},
      {ftxui::Event::Escape, Key::Kind::kEscape},
      {ftxui::Event::Tab, Key::Kind::kTab},
      {ftxui::Event::TabReverse, Key::Kind::kTab},
      {ftxui::Event::Backspace, Key::Kind::kBackspace},
  }};
  for (const auto& [special, kind] : kSpecial) {
    if (event == special) return Key{kind, ""};
  }
  if (event.is_character()) return Key{Key::Kind::kText, event.character()};
  return std::nullopt;
}

std::optional<Mouse> mouse_of(ftxui::Event event) {
  if (!event.is_mouse()) return std::nullopt;
  const ftxui::Mouse& mouse = event.mouse();
  const ScreenCell at{mouse.x, mouse.y};
  const bool pressed = mouse.motion == ftxui::Mouse::Pressed;
  if (mouse.button == ftxui::Mouse::WheelUp) return Mouse{Mouse::What::kWheelUp, at};
  if (mouse.button == ftxui::Mouse::WheelDown) return Mouse{Mouse::What::kWheelDown, at};
  const bool clicks = mouse.button == ftxui::Mouse::Left && pressed;
  return Mouse{clicks ? Mouse::What::kClick : Mouse::What::kMove, at};
}

// Into a new file, whole or not at all.
tl::expected<void, std::string> write_lines(const std::string& path,
                                            const std::vector<std::string>& lines) {
  OutputFiles files(false);
  const auto out = files.create(path);
  if (!out) return tl::unexpected(out.error());
  for (const auto& line : lines) **out << line << "\n";
  return files.complete();
}

class ScreenApp {
 public:
  ScreenApp(const CommandLine& line, const Theme& theme, const Preferences& preferences,
            std::string preferences_file)
      : line_(line),
        theme_(theme),
        kept_(preferences),
        preferences_file_(std::move(preferences_file)),
        screen_(ftxui::ScreenInteractive::Fullscreen()),
        signals_([this] { screen_.Exit(); }),
        redraw_([this] { screen_.PostEvent(ftxui::Event::Custom); }),
        session_(line.hub, line.viewer_name, [this] { redraw_.touch(); }) {
    ui_.readonly = line.readonly;
    apply(kept_, ui_);
    session_.conversation.list_runs();
    if (line.run.empty()) return;
    ui_.screen = ScreenName::kRun;
    ui_.opened_run = line.run;
    ui_.awaits_run = true;
    follow();
  }

  int run() {
    screen_.TrackMouse(line_.mouse);
    auto component = ftxui::CatchEvent(ftxui::Renderer([this] { return draw(); }),
                                       [this](const ftxui::Event& event) { return take(event); });
    {
      CrashGuard guard;
      ftxui::Loop loop(&screen_, component);
      guard.arm();  // the loop has handlers of its own, which would only note a crash
      loop.Run();
    }
    session_.channel.stop();
    if (!failure_.empty()) std::cerr << "fedwatt: " << failure_ << "\n";
    return failure_.empty() ? kExitOk : kExitError;
  }

 private:
  ftxui::Element draw() {
    hits_.clear();
    const auto size = ftxui::Terminal::Size();
    return screen_view({shown(),
                        ui_,
                        frozen_ ? frozen_->at : wall_clock_now(),
                        {size.dimx, size.dimy},
                        line_.hub.url,
                        theme_,
                        &hits_});
  }

  bool take(const ftxui::Event& event) {
    if (event == ftxui::Event::Custom) {
      for (const ChannelEvent& arrived : session_.inbox.take_all()) session_.handle(arrived);
      open_awaited_run();
      leave_after_end();
      return true;
    }
    const auto effect = handle(event);
    if (!effect) return false;
    if (*effect) act(**effect);
    if (ui_.frozen != frozen_.has_value()) {
      frozen_ =
          ui_.frozen ? std::optional(Picture{session_.model, wall_clock_now()}) : std::nullopt;
    }
    follow();
    keep_preferences();
    return true;
  }

  // Empty if the event means nothing; else what is to be done, if anything is.
  std::optional<std::optional<Effect>> handle(const ftxui::Event& event) {
    if (const auto mouse = mouse_of(event)) return handle_mouse(ui_, shown(), hits_, *mouse);
    const auto key = key_of(event);
    if (!key) return std::nullopt;
    stays_ |= ui_.closes_at.has_value();
    ui_.closes_at.reset();
    return handle_key(ui_, shown(), *key);
  }

  // What the picture is made from: what was known when it was frozen.
  const ViewerModel& shown() const { return frozen_ ? frozen_->model : session_.model; }

  void save(const SaveLog& log) {
    const RunRecord* run = session_.model.find_run(log.run_id);
    if (!run) return;
    const auto lines = log_export_lines(session_.model, *run);
    const auto written = write_lines(log.file, lines);
    ui_.notice = written ? fmt::format("{} lines are in {}", lines.size(), printable(log.file))
                         : written.error();
  }

  void keep_preferences() {
    const auto chosen = preferences_of(ui_, chosen_theme_ ? chosen_theme_ : kept_.theme);
    if (chosen == kept_) return;
    kept_ = chosen;
    // At once: a terminal that is closed lets nobody tidy up.
    if (const auto done = write_preferences(preferences_file_, kept_); !done) {
      ui_.notice = "not kept for the next time: " + done.error();
    }
  }

  void follow() {
    auto runs = runs_in_full(ui_);
    // One that there is none of yet cannot be subscribed to.
    if (ui_.awaits_run && line_.wait_for_run) runs.erase(ui_.opened_run);
    session_.conversation.follow(runs);
  }

  void act(const Effect& effect) {
    if (std::holds_alternative<Quit>(effect)) {
      screen_.Exit();
    } else if (const auto* log = std::get_if<SaveLog>(&effect)) {
      save(*log);
    } else if (const auto* chosen = std::get_if<ChooseTheme>(&effect)) {
      chosen_theme_ = chosen->theme;
      theme_ = Theme(chosen->theme, theme_.depth, theme_.ascii);
    } else if (const auto* command = std::get_if<GiveCommand>(&effect)) {
      ui_.last_command = new_command_id();
      ui_.last_command_run = command->run_id;
      session_.conversation.give(
          {ui_.last_command, command->run_id, command->action, std::nullopt, "from the viewer"});
    }
  }

  void open_awaited_run() {
    if (!ui_.awaits_run) return;
    if (const auto* run = session_.model.find_awaited(ui_.opened_run, line_.wait_for_run)) {
      ui_.opened_run = ui_.selected_run = run->view.run_id;
      ui_.awaits_run = false;
      follow();
      return;
    }
    const auto& error = session_.model.last_error();
    if (line_.wait_for_run || !error) return;
    failure_ = printable(error->message) + " (--wait waits for it)";
    screen_.Exit();
  }

  void leave_after_end() {
    if (!line_.until_end_s || stays_ || ui_.screen != ScreenName::kRun) return;
    const RunRecord* run = current_run(ui_, session_.model);
    if (!run || !has_ended(run->view.state)) return;
    const auto now = wall_clock_now();
    const auto linger = std::chrono::duration<double>(*line_.until_end_s);
    if (!ui_.closes_at) {
      ui_.closes_at = now + std::chrono::duration_cast<std::chrono::milliseconds>(linger);
    }
    if (now >= *ui_.closes_at) screen_.Exit();
  }

  CommandLine line_;
  Theme theme_;
  std::optional<ThemeName> chosen_theme_;
  Preferences kept_;
  std::string preferences_file_;
  UiState ui_;
  HitMap hits_;  // of the picture that is shown
  struct Picture {
    ViewerModel model;
    protocol::Timestamp at;
  };
  std::optional<Picture> frozen_;
  bool stays_ = false;  // somebody wants to go on looking after the run's end
  std::string failure_;
  // The signals are blocked before the other threads start; the session's thread, which uses the
  // rest, ends first.
  ftxui::ScreenInteractive screen_;
  SignalWaiter signals_;
  RedrawClock redraw_;
  Session session_;
};

}  // namespace

int run_screen(const CommandLine& line, const Theme& theme, const Preferences& preferences,
               const std::string& preferences_file) {
  return ScreenApp(line, theme, preferences, preferences_file).run();
}

}  // namespace fedwatt::viewer
