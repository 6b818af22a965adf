#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/access/token.h"
#include "fedwatt/hub/runs.h"

namespace fedwatt::hub {

// The runs as the holder of a token may know of them: those whose names the token is for, and the
// editions of those. Of the others it does not even tell whether they exist. For the I/O thread.
class VisibleRuns {
 public:
  // `runs` must outlive it.
  VisibleRuns(const Runs& runs, std::shared_ptr<const access::Token> token);

  bool include(const run::Run& run) const;
  // An id, or a name: then its latest run. Null if there is none that may be known of.
  run::Run* resolve(const std::string& name_or_id) const;
  // In the order of their creation.
  std::vector<run::Run*> all() const;
  // What to tell who asks for a run that resolve() does not find, in the request of that id: that
  // it is not allowed, unless a run of that name would be.
  protocol::Error unknown_run(const std::string& name_or_id,
                              const std::optional<std::string>& id = {}) const;

 private:
  std::string some_names() const;

  const Runs* runs_;
  std::shared_ptr<const access::Token> token_;
  bool all_;  // nothing is hidden
};

}  // namespace fedwatt::hub
