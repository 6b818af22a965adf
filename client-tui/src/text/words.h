#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/messages.h"

// The wire's values in words and signs. Nothing is told apart by colour alone.

namespace fedwatt::viewer {

// What a piece of text says about itself; the theme gives it a colour, if there are any.
enum class Tone { kPlain, kStrong, kQuiet, kGood, kWarning, kBad, kAccent };

struct Label {
  std::string_view sign;
  std::string_view word;
  Tone tone = Tone::kPlain;
};

// Goes before a run that was marked. Not the "✓" of one that has finished.
inline constexpr char kMarkSign[] = "+";

Label label_of(protocol::RunState state);
// An online worker is shown by what it does about the directive: running, paused, stopped.
Label label_of(const protocol::WorkerView& worker);

std::string_view word_of(protocol::Phase phase);
std::string_view word_of(protocol::ClosedBy closed_by);
std::string_view word_of(protocol::Action action);
std::string_view word_of(protocol::Role role);

// Whether the run has ended for good: finished or stopped.
bool has_ended(protocol::RunState state);

// "cpu_load" and "model" are estimates, and so is whatever this version does not know: only a
// source that is known to measure is called measured.
bool is_estimate(std::string_view energy_source);

// "rapl nvml ~model": each source once, estimates marked with "~"; empty if none is given.
std::string describe_sources(const std::vector<std::string>& sources);
std::string describe_sources(const protocol::EnergySources& sources);

inline constexpr std::string_view kInsecureHub =
    "This hub is insecure: whoever reaches it may report, watch and command";

// "PUE 1.2 · network 0.01 kWh/GB at 475 g/kWh": what emissions are reckoned with, beside what the
// workers say themselves.
std::string describe_settings(const protocol::CarbonSettings& settings);

// "recomputed with region FR from r-7f3a by ada"; empty for an original.
std::string describe_edition(const std::optional<protocol::Edition>& edition);

// "The hub cannot store anything new: the disk is full"; empty: that it can again.
std::string describe_store(const std::optional<protocol::StoreStatus>& trouble);

// "~" if any of the sources is an estimate, else nothing: goes before the figure.
std::string_view estimate_mark(const std::vector<std::string>& sources);
std::string_view estimate_mark(const protocol::EnergySources& sources);

// What goes before a sum: "~" if it is an estimate in part, "≥" if a component was not measured,
// "≥~" if both.
std::string sum_mark(const std::vector<std::string>& sources, const std::vector<std::string>& gaps);

// Names in a line, printable, with commas between them.
std::string names_in_line(const std::vector<std::string>& names);

// "RAM and GPU not measured"; empty if there is no gap.
std::string describe_gaps(const std::vector<std::string>& components);

}  // namespace fedwatt::viewer
