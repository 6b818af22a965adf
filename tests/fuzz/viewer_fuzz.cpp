#include <chrono>

#include "fedwatt/protocol/codec.h"
#include "fuzz_checks.h"
#include "input/controller.h"
#include "input/mouse.h"
#include "text/display_text.h"
#include "view/screen_view.h"

// A viewer between a hub and a person. A line that begins with { or [ is a frame of the hub's, one
// that begins with ! what the mouse did, three bytes each; any other is what was typed. What is
// shown must fit the screen, and write nothing to the terminal but text.

namespace fedwatt::viewer {
namespace {

using fuzz::require;

constexpr Size kScreens[] = {{80, 24}, {120, 40}, {20, 5}};

// The bytes from 0x11 on stand for the keys that are no text.
Key key_of(char c) {
  const auto kind = static_cast<Key::Kind>(static_cast<unsigned char>(c) - 0x10);
  const bool named = kind >= Key::Kind::kUp && kind <= Key::Kind::kBackspace;
  return named ? Key{kind, ""} : Key{Key::Kind::kText, std::string(1, c)};
}

class Viewer {
 public:
  void take(std::string_view line) {
    now_ += std::chrono::seconds{1};
    if (line.substr(0, 1) == "{" || line.substr(0, 1) == "[") return take_frame(line);
    if (line.substr(0, 1) == "!") return take_mouse(line.substr(1));
    for (const char c : line) take_effect(handle_key(ui_, model_, key_of(c)));
  }

  void require_readable_screens() const {
    for (const auto size : kScreens) {
      const auto screen = screen_text({model_, ui_, now_, size, "ws://127.0.0.1:3000", true});
      const auto lines = fuzz::lines_of(screen);
      require(lines.size() == static_cast<std::size_t>(size.height) + 1, "the screen is full");
      for (const auto line : lines) {
        require(printable(line) == line, "a screen is text");
        require(display_width(std::string(line)) <= size.width, "a line fits the screen");
      }
    }
  }

  void require_bounded() const {
    for (const auto& [id, run] : model_.runs()) {
      require(run.view.run_id == id, "a run is known by its id");
      require(run.events.size() <= ViewerModel::kMaxEvents, "events are bounded");
    }
    require(model_.runs_in_order().size() == model_.runs().size(), "every run is listed");
  }

 private:
  void take_effect(const std::optional<Effect>& effect) const {
    if (const auto* command = effect ? std::get_if<GiveCommand>(&*effect) : nullptr) {
      require(model_.runs().count(command->run_id) == 1, "a command is for a run that is known");
    }
  }

  void take_mouse(std::string_view bytes) {
    HitMap hits;
    for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
      hits.clear();
      screen_text({model_, ui_, now_, {120, 40}, "ws://127.0.0.1:3000", true, &hits});
      const Mouse mouse{
          static_cast<Mouse::What>(static_cast<unsigned char>(bytes[0]) % 4),
          {static_cast<unsigned char>(bytes[1]), static_cast<unsigned char>(bytes[2])}};
      const auto effect = handle_mouse(ui_, model_, hits, mouse);
      require(!effect || !std::holds_alternative<GiveCommand>(*effect), "a click commands nothing");
    }
  }

  void take_frame(std::string_view frame) {
    for (const auto& message : protocol::decode_hub_to_viewer_frame(frame)) {
      if (!message) continue;
      model_.apply(*message, now_);
      const auto* round = std::get_if<protocol::RoundView>(&*message);
      const auto run = round ? model_.runs().find(round->run_id) : model_.runs().end();
      if (run == model_.runs().end()) continue;
      const auto& known = run->second.rounds.at(round->round);
      require(known.revision >= round->revision, "a newer figure is never lost");
    }
  }

  protocol::Timestamp now_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  ViewerModel model_{now_};
  UiState ui_;
};

}  // namespace
}  // namespace fedwatt::viewer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fedwatt::viewer::Viewer viewer;
  for (const auto line : fedwatt::fuzz::lines_of(fedwatt::fuzz::as_text(data, size))) {
    viewer.take(line);
  }
  viewer.require_bounded();
  viewer.require_readable_screens();
  return 0;
}
