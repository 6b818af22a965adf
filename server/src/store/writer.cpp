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
  enqueue([this, events = std::move(events)] { return store_.append(*events); }, std::move(done));
}

void Writer::check(Done done) {
  enqueue([this] { return store_.check(); }, std::move(done));
}

void Writer::enqueue(Task task, Done done) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back(std::move(task), std::move(done));
  }
  wake_.notify_one();
}

void Writer::work() {
  // Signals are for the I/O thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    std::vector<std::pair<Task, Done>> tasks;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      tasks.swap(tasks_);
    }
    for (auto& [task, done] : tasks) {
      post_([done = std::move(done), result = task()] { done(result); });
    }
  }
}

}  // namespace fedwatt::store
