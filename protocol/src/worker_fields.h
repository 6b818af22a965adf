#pragma once

#include "shared_fields.h"

// The field lists of the messages between a worker and the hub: the one definition of their JSON.

namespace fedwatt::protocol {

inline constexpr const char* type_name(const WorkerHello*) { return "hello"; }
template <class Io>
void fields(Io& io, typename Io::template Of<WorkerHello>& hello) {
  io.name("run", hello.run);
  io.name("run_id", hello.run_id);
  io.name("worker", hello.worker);
  io.optional_choice("role", hello.role);
  io.integer("total_rounds", hello.total_rounds, kRound);
  io.text("region", hello.region, kMaxNameBytes);
  io.number("pue", hello.pue, kPue);
  io.object("hardware", hello.hardware);
  io.text("framework", hello.framework);
  io.object("target", hello.target);
  io.object("policies", hello.policies);
  io.time("sent_at", hello.sent_at);
  io.name("session", hello.session);
  io.flag("import", hello.is_import);
  io.text("token", hello.token);
}

inline constexpr const char* type_name(const Report*) { return "report"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Report>& report) {
  io.integer("seq", report.seq, kSeq);
  io.integer("round", report.round, kRound);
  io.choice("phase", report.phase);
  io.time("started_at", report.started_at);
  io.number("duration_s", report.duration_s, kDurationS);
  io.object("energy_j", report.energy_j);
  io.object("energy_source", report.energy_source);
  io.integer("num_examples", report.num_examples, kCount);
  io.metrics("metrics", report.metrics);
  io.integer("bytes_sent", report.bytes_sent, kCount);
  io.integer("bytes_received", report.bytes_received, kCount);
  io.number("intensity_g_per_kwh", report.intensity_g_per_kwh, kIntensity);
  io.flag("round_complete", report.round_complete);
}

inline constexpr const char* type_name(const DirectiveAck*) { return "directive_ack"; }
template <class Io>
void fields(Io& io, typename Io::template Of<DirectiveAck>& ack) {
  io.name("command", ack.command);
  io.choice("state", ack.state);
  io.integer("round", ack.round, kRound);
}

inline constexpr const char* type_name(const RoundPlan*) { return "round_plan"; }
template <class Io>
void fields(Io& io, typename Io::template Of<RoundPlan>& plan) {
  io.integer("round", plan.round, kRound);
  io.required_names("selected", plan.selected);
}

inline constexpr const char* type_name(const Bye*) { return "bye"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Bye>& bye) {
  io.text("reason", bye.reason);
}

inline constexpr const char* type_name(const Welcome*) { return "welcome"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Welcome>& welcome) {
  io.name("run_id", welcome.run_id);
  io.integer("last_seq", welcome.last_seq, kCount);
  io.choice("directive", welcome.directive);
  io.optional_choice("applies_at", welcome.applies_at);
  io.name("command", welcome.command);
  io.time("server_time", welcome.server_time);
}

inline constexpr const char* type_name(const Ack*) { return "ack"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Ack>& ack) {
  io.integer("seq", ack.seq, kCount);
}

inline constexpr const char* type_name(const DirectiveOrder*) { return "directive"; }
template <class Io>
void fields(Io& io, typename Io::template Of<DirectiveOrder>& order) {
  io.choice("directive", order.directive);
  io.optional_choice("applies_at", order.applies_at);
  io.name("command", order.command);
  io.text("reason", order.reason);
  io.text("issued_by", order.issued_by);
}

}  // namespace fedwatt::protocol
