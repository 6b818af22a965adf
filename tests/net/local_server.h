#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fedwatt::net {

// An HTTP server on 127.0.0.1 that does as a test says, however wrong that is. One connection after
// another, and one request on each.
class LocalServer {
 public:
  // Called on the server's thread when a request has come; the connection is closed after it.
  using Answer = std::function<void(int socket)>;

  explicit LocalServer(Answer answer);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  std::string url(const std::string& path = "/") const;
  // What came, as bytes.
  std::vector<std::string> requests() const;

  static void write(int socket, const std::string& bytes);
  // Until the other side closes.
  static void wait_for_close(int socket);

 private:
  void serve();

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::thread thread_;                 // last: it uses the rest
};

}  // namespace fedwatt::net
