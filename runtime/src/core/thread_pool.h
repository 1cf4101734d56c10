// Threads that share the loops of one owner.
#pragma once

#include <pthread.h>

#include <cstdint>

#include "core/array.h"

namespace dcm {

// A loop is cut into one contiguous part a thread, by its length and the number of threads alone. Which part runs where
// says nothing about results: bodies compute each index on its own.
class ThreadPool {
 public:
  static constexpr uint32_t kMaxThreads = 64;

  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // Starts threads - 1 threads; the caller's is the other one. Called once. MACHINE_THREAD if the system refuses.
  Status start(MemoryBudget& budget, uint32_t threads);

  // Uses the caller's threads and starts none. Called once, in place of start.
  void borrow(uint32_t threads, dcm_parallel_for lent, void* context);

  uint32_t threads() const {
    return borrowed_ != nullptr ? borrowed_threads_ : static_cast<uint32_t>(workers_.size()) + 1;
  }

  // body(thread, begin, end) for parts that cover [0, count), the caller's thread taking part 0; returns when all are
  // done. Allocates nothing. Not reentrant.
  using Body = void (*)(void* context, uint32_t thread, uint64_t begin, uint64_t end);
  void run(uint64_t count, Body body, void* context);

  // The same for a callable f(uint32_t thread, uint64_t begin, uint64_t end).
  template <typename F>
  void parallel_for(uint64_t count, F&& f) {
    run(
        count,
        [](void* context, uint32_t thread, uint64_t begin, uint64_t end) {
          (*static_cast<std::remove_reference_t<F>*>(context))(thread, begin, end);
        },
        &f);
  }

 private:
  struct Worker {
    ThreadPool* pool;
    uint32_t index;  // 1..threads-1
    pthread_t handle;
  };

  static void* worker_main(void* argument);
  void run_part(uint32_t index) const;
  void run_borrowed(uint64_t count, Body body, void* context);

  Array<Worker> workers_;
  uint32_t started_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t work_ = PTHREAD_COND_INITIALIZER;  // a new generation, or stop
  pthread_cond_t done_ = PTHREAD_COND_INITIALIZER;  // pending_ reached 0
  // Guarded by mutex_:
  uint64_t generation_ = 0;
  uint32_t pending_ = 0;
  bool stop_ = false;
  // Written before a generation begins, read during it:
  uint64_t count_ = 0;
  Body body_ = nullptr;
  void* context_ = nullptr;
  // Threads of the caller, if it lends some:
  dcm_parallel_for borrowed_ = nullptr;
  void* borrowed_context_ = nullptr;
  uint32_t borrowed_threads_ = 1;
};

// Part index of parts of [0, count): where it begins. Part parts begins at count.
constexpr uint64_t part_begin(uint64_t count, uint32_t index, uint32_t parts) {
  const uint64_t share = count / parts, rest = count % parts;
  return share * index + (index < rest ? index : rest);
}

}  // namespace dcm
