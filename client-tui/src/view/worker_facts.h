#pragma once

#include <string>
#include <vector>

#include "text/words.h"
#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

// What is known of one worker, a name and a value a line.

namespace fedwatt::viewer {

struct Fact {
  std::string name;
  std::string value;
  Tone tone = Tone::kPlain;
};
using Facts = std::vector<Fact>;

Facts facts_of_place(const protocol::WorkerView& worker, const RunRecord& run);
Facts facts_of_work(const ViewContext& context, const protocol::WorkerView& worker,
                    const RunRecord& run);
Facts facts_of_energy(const protocol::WorkerView& worker, const RunRecord& run);

// A line each, as many as fit.
ftxui::Element fact_lines(const Style& style, const Facts& facts, Size size);

}  // namespace fedwatt::viewer
