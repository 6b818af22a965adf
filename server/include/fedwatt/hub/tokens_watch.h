#pragma once

#include <functional>
#include <string>

#include "fedwatt/access/tokens_file.h"
#include "fedwatt/net/peers.h"

namespace fedwatt::hub {

// Looks at the tokens' file once a second, and hands on what it says when that has changed. A file
// that cannot be used changes nothing; the log says what is wrong with it, once. For the I/O
// thread, which the reading of a changed file keeps for some milliseconds.
class TokensWatch {
 public:
  using Use = std::function<void(const access::Tokens&)>;

  TokensWatch(std::string file, net::Timers& timers, Use use);

  void start();
  // Reads it now, whether it has changed or not. What is wrong with it; empty if nothing is.
  std::string reload();
  // Whether the file could be used when it was last read.
  bool ready() const { return problem_.empty(); }

 private:
  void tick();
  void look();

  access::WatchedTokens watched_;
  net::Timers& timers_;
  Use use_;
  std::string problem_;
};

}  // namespace fedwatt::hub
