#include "fedwatt/store/writer.h"

#include <pthread.h>

#include <csignal>

namespace fedwatt::store {

Writer::Writer(Store& store, Post post)
    : store_(store), post_(std::move(post)), thread_([this] { work(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    tasks_.clear();
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::commit(std::shared_ptr<const Events> events, Done done) {
  enqueue([this, events = std::move(events), done = std::move(done)] {
    return [done, result = store_.append(*events)] { done(result); };
  });
}

void Writer::read(const std::string& run_id, std::int64_t after, std::size_t limit,
                  std::function<void(Page)> done) {
  enqueue([this, run_id, after, limit, done = std::move(done)] {
    return [done, page = store_.read(run_id, after, limit)] { done(page); };
  });
}

void Writer::check(Done done) {
  enqueue(
      [this, done = std::move(done)] { return [done, result = store_.check()] { done(result); }; });
}

void Writer::enqueue(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Writer::work() {
  // Signals are for the I/O thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    std::vector<Task> tasks;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) post_(task());
  }
}

}  // namespace fedwatt::store
