#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "fedwatt/store/committer.h"

namespace fedwatt::store {

// The thread that works on the store: one thing at a time, in order. `post` brings the result to
// the I/O thread.
class Writer : public Committer {
 public:
  using Post = std::function<void(std::function<void()>)>;

  Writer(Store& store, Post post);
  // Lets what is under way end, which may block as long as the store does. What had not begun is
  // dropped.
  ~Writer() override;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void commit(std::shared_ptr<const Events> events, Done done) override;
  void read(const std::string& run_id, std::int64_t after, std::size_t limit,
            std::function<void(Page)> done) override;
  void check(Done done) override;

 private:
  // Works on the store, and returns what is to be done with the result on the I/O thread.
  using Task = std::function<std::function<void()>()>;

  void enqueue(Task task);
  void work();

  Store& store_;
  Post post_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> tasks_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::thread thread_;       // last: it uses the rest
};

}  // namespace fedwatt::store
