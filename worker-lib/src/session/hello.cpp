#include "session/hello.h"

#include <array>
#include <cstdio>
#include <optional>
#include <random>
#include <string>

#include "session/checks.h"

namespace fedwatt::session {
namespace {

// Empty for accuracy, which the hub takes where nothing is said.
std::optional<protocol::Target> on_the_wire(const Target& target) {
  protocol::Target named{target.metric, target.goal == Target::Goal::kMin
                                            ? protocol::Target::Goal::kMin
                                            : protocol::Target::Goal::kMax};
  if (named == protocol::Target()) return std::nullopt;
  return named;
}

// Sixteen hexadecimal digits that no other process has.
std::string random_name() {
  std::random_device random;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x%08x", random(), random());
  return digits.data();
}

}  // namespace

protocol::WorkerHello hello_of(const WorkerOptions& options, const energy::Machine& machine,
                               const energy::Meter* meter) {
  protocol::WorkerHello hello;
  hello.run = options.run;
  hello.worker = options.worker;
  hello.role =
      options.role == Role::kCoordinator ? protocol::Role::kCoordinator : protocol::Role::kWorker;
  hello.total_rounds = options.total_rounds;
  hello.region = options.region;
  hello.pue = options.pue;
  hello.framework = options.framework;
  hello.target = on_the_wire(options.target);
  hello.policies = policies_of(options).value_or(std::nullopt);
  hello.session = random_name();
  hello.hardware = energy::read_hardware(machine);
  hello.hardware.cpu = as_text(hello.hardware.cpu);
  if (meter) {
    for (const auto& gpu : meter->gpu_names()) hello.hardware.gpu.push_back(as_text(gpu));
  }
  return hello;
}

}  // namespace fedwatt::session
