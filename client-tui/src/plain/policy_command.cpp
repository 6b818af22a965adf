#include "plain/policy_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/policy_text.h"
#include "plain/plain_session.h"
#include "text/display_text.h"
#include "text/policy_words.h"

namespace fedwatt::viewer {
namespace {

constexpr char kAboutPolicy[] = "Show or change what the hub does about a run by itself";

constexpr char kKinds[] =
    R"(A run has at most one policy of each kind. FIELD=VALUE, and what it is without one:
  budget     when the run has cost so much
    limit_g=GRAMS       of CO2 equivalent; this or limit_j must be given
    limit_j=JOULES      of energy; with both, whichever is passed first counts
    warn_at=SHARE       of the limit at which to warn, 0 to 1                  (0.8)
    at_forecast=true    act once the forecast of the whole run passes the limit (false)
    act=warn|pause|stop                                                        (pause)
  plateau    when the latest rounds brought too little
    rounds=COUNT        how many rounds to look at                             (5)
    least_gain=GAIN     of the best target value over them, 0.005 for half a point of
                        accuracy; this or least_gain_per_g must be given
    least_gain_per_g=GAIN  of the target value for each gram
    act=warn|pause|stop                                                        (pause)
  intensity  while the grid is dirty
    pause_above_g_per_kwh=G/KWH   must be given
    resume_below_g_per_kwh=G/KWH  must be given; not more than the other
    scope=run|workers   pause the run, or only the workers in that region      (run)
  confirm    once, until an operator says to go on
    after_rounds=COUNT  closed rounds, after which the forecast is known       (3)
  target     when the target metric is good enough
    value=VALUE         must be given; 0.9 for an accuracy of 90 %
    act=warn|pause|stop                                                        (stop)
  All of them:
    dry_run=true        say what it would do, and do nothing                   (false)

An operator's pause, resume or stop outranks the policies: from then on they only say what they
would do, until `fedwatt policy hand-back RUN`. Every decision is an event, with its numbers.

Examples:
  fedwatt policy set digits budget limit_g=500 act=pause at_forecast=true
  fedwatt policy set digits plateau rounds=10 least_gain=0.002 act=stop --reason "as agreed"
  fedwatt policy set digits intensity pause_above_g_per_kwh=300 resume_below_g_per_kwh=200
  fedwatt policy set digits target value=0.9 --dry-run
  fedwatt policy remove digits plateau)";

template <class Policy>
void make_dry(std::optional<Policy>& policy) {
  if (policy) policy->dry_run = true;
}

void make_dry(protocol::Policies& policies) {
  make_dry(policies.budget);
  make_dry(policies.plateau);
  make_dry(policies.intensity);
  make_dry(policies.confirm);
  make_dry(policies.target);
}

std::vector<std::string> kind_names() {
  const auto& kinds = protocol::Names<protocol::PolicyKind>::kAll;
  std::vector<std::string> names;
  names.reserve(kinds.size());
  for (const auto& [kind, name] : kinds) names.emplace_back(name);
  return names;
}

std::vector<std::string> policy_lines(const protocol::RunView& run) {
  std::vector<std::string> lines;
  for (const auto& policy : describe_policies(run)) {
    lines.push_back(fit(policy.kind, 11) + policy.what + (policy.dry_run ? " (dry run)" : ""));
  }
  if (lines.empty()) lines.push_back(printable(run.name) + " has no policies.");
  if (const auto use = budget_use(run)) {
    lines.push_back(fmt::format("{}{:.3g} % of {} used ({})", fit("", 11), use->share * 100,
                                use->limit, use->used));
  }
  if (!run.overruled_by.empty()) {
    lines.push_back(describe_overruling(run.overruled_by) + ", until `fedwatt policy hand-back`.");
  }
  return lines;
}

}  // namespace

void add_policy_commands(CLI::App& app, CommandLine& line,
                         const std::function<void(CLI::App&)>& add_common) {
  using Verb = CommandLine::Verb;
  CLI::App* policy = app.add_subcommand("policy", kAboutPolicy);
  policy->require_subcommand(1);
  policy->footer(kKinds);
  const auto add = [&](const std::string& name, Verb verb, const std::string& description) {
    CLI::App* command = policy->add_subcommand(name, description);
    command->add_option("run", line.run, "The run's name (its latest run) or id")->required();
    command->parse_complete_callback([&line, verb] { line.verb = verb; });
    add_common(*command);
    return command;
  };
  const auto add_change = [&](const std::string& name, const std::string& description) {
    CLI::App* command = add(name, Verb::kChangePolicies, description);
    command->add_option("--reason", line.reason, "Why; kept with the change");
    return command;
  };

  add("show", Verb::kShowPolicies, "Show the policies in force");
  CLI::App* set = add_change("set", "Set policies; those of other kinds stay");
  set->footer(kKinds);
  set->add_option_function<std::vector<std::string>>(
         "policy",
         [&line](const std::vector<std::string>& words) {
           auto policies = protocol::parse_policies(fmt::format("{}", fmt::join(words, " ")));
           if (!policies) throw CLI::ValidationError("policy", policies.error());
           line.change.policies = *policies;
         },
         "A kind and its fields, as below")
      ->type_name("KIND FIELD=VALUE")
      ->required();
  set->add_flag("--dry-run", line.dry_run, "Only say what they would do");
  CLI::App* remove = add_change("remove", "End policies");
  remove
      ->add_option_function<std::vector<std::string>>(
          "kind",
          [&line](const std::vector<std::string>& kinds) {
            for (const auto& kind : kinds) {
              line.change.remove.push_back(*protocol::value_of<protocol::PolicyKind>(kind));
            }
          },
          "budget, plateau, intensity, confirm or target")
      ->check(CLI::IsMember(kind_names()))
      ->required();
  add_change("hand-back", "Let the policies act again after an operator's order")
      ->parse_complete_callback([&line] {
        line.verb = Verb::kChangePolicies;
        line.change.hand_back = true;
      });
}

int show_policies(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Session session(line.hub, line.viewer_name);
  session.conversation.follow({line.run});
  if (!connect(session, err)) return no_hub(line, session, err);
  const RunRecord* run = nullptr;
  const auto answer = await_answer(session, in(kPatience), "", err, [&] {
    return (run = session.model.find_awaited(line.run, false)) != nullptr;
  });
  if (answer == Answer::kRefused) return kExitError;
  if (answer == Answer::kLate) return no_hub(line, session, err);
  session.channel.stop();
  if (line.json) {
    out << protocol::encode(protocol::HubToViewer(run->view)) << std::endl;
  } else {
    print(out, policy_lines(run->view));
  }
  return kExitOk;
}

int change_policies(const CommandLine& line, std::ostream& out, std::ostream& err) {
  protocol::SetPolicies change = line.change;
  change.id = new_command_id();
  change.run = line.run;
  change.reason = line.reason;
  if (line.dry_run) make_dry(change.policies);

  Session session(line.hub, line.viewer_name);
  session.conversation.follow({line.run});  // to say what the policies mean for it
  if (!connect(session, err)) return no_hub(line, session, err);
  session.conversation.give(change);
  const protocol::PoliciesSet* set = nullptr;
  const auto answer = await_answer(session, in(kPatience), change.id, err, [&] {
    set = session.model.find_policies_set(change.id);
    return set && session.model.find_run(set->run_id);
  });
  if (answer == Answer::kRefused) return kExitError;
  if (answer == Answer::kLate) {
    err << "fedwatt: The hub has not answered in time: see with `fedwatt policy show` whether "
           "the policies are in force.\n";
    return kExitNoHub;
  }
  session.channel.stop();
  if (line.json) {
    out << protocol::encode(protocol::HubToViewer(*set)) << std::endl;
  } else {
    protocol::RunView run = session.model.find_run(set->run_id)->view;
    run.policies = set->policies;
    run.overruled_by = set->overruled_by;
    print(out, policy_lines(run));
  }
  return kExitOk;
}

}  // namespace fedwatt::viewer
