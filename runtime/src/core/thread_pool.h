// Threads that share the loops of one owner.
#pragma once

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "core/array.h"

namespace dcm {

// A loop is cut into one contiguous part a thread, by its length and the number of threads alone. Who is free takes the
// next part, the caller too, so that a thread that wakes late costs nothing but its help. Which part runs where says
// nothing about results: bodies compute each index on its own.
//
// Threads that find no work look for some for kSpinNs before they sleep, since waking them takes longer than a small
// operator does; the caller does so before it sleeps until the last part is done.
//
// Threads that an owner's caller lends run one loop a call, or stay for all loops of a gathering.
//
// A child of fork() has none of its parent's threads: there the pool's loops run whole on the caller's thread.
class ThreadPool {
 public:
  static constexpr uint32_t kMaxThreads = 64;
  static constexpr uint64_t kSpinNs = 100'000;

  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // Starts threads - 1 threads; the caller's is the other one. Called once. MACHINE_THREAD if the system refuses.
  Status start(MemoryBudget& budget, uint32_t threads);

  // Uses the caller's threads and starts none. Called once, in place of start.
  void borrow(uint32_t threads, dcm_parallel_for lent, void* context);

  // Calls lead(context) and keeps the lent threads, which sleep otherwise, until it returns: its loops find them awake.
  // Any of them may be the one that leads. Allocates nothing.
  void gather(void (*lead)(void* context), void* context);

  // The same for a callable f().
  template <typename F>
  void gather(F&& f) {
    gather([](void* context) { (*static_cast<std::remove_reference_t<F>*>(context))(); }, &f);
  }

  uint32_t threads() const {
    return borrowed_ != nullptr ? borrowed_threads_ : static_cast<uint32_t>(workers_.size()) + 1;
  }

  // body(thread, begin, end) for parts that cover [0, count), thread being that of who runs it, 0 for the caller's;
  // returns when all are done. Allocates nothing. Not reentrant.
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

  struct Gathering;

  static void* worker_main(void* argument);
  void work(uint32_t thread);
  void dismiss();
  void join(Gathering& gathering);
  bool run_next_part(uint32_t thread);
  void sleep_until_work();
  void wait_until_done();
  bool in_a_child() const { return getpid() != owner_; }
  bool stopped() const { return (tickets_.load(std::memory_order_relaxed) & kStop) != 0; }
  void run_part(uint32_t part, uint32_t thread) const;
  void run_borrowed(uint64_t count, Body body, void* context);

  static constexpr uint64_t kLeft = 0xffff;        // bits of tickets_: parts of the loop that nobody has taken
  static constexpr uint64_t kStop = 1u << 16;      // no loop will follow: of the owner, or of the gathering
  static constexpr uint64_t kNextLoop = 1u << 17;  // the rest counts loops: a ticket of one is none of another

  Array<Worker> workers_;
  uint32_t started_ = 0;
  pid_t owner_ = 0;  // the process that has the threads
  // The loop, written before its tickets are out. Who has taken one may read it, since run waits for all of them.
  uint64_t count_ = 0;
  uint32_t parts_ = 0;
  Body body_ = nullptr;
  void* context_ = nullptr;

  std::atomic<uint64_t> tickets_{0};
  std::atomic<uint32_t> undone_{0};    // parts of the loop that have not ended
  std::atomic<uint32_t> sleepers_{0};  // threads that wait for work_
  std::atomic<bool> caller_sleeps_{false};
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t work_ = PTHREAD_COND_INITIALIZER;  // tickets, or stop
  pthread_cond_t done_ = PTHREAD_COND_INITIALIZER;  // undone_ reached 0
  // Threads of the caller, if it lends some:
  dcm_parallel_for borrowed_ = nullptr;
  void* borrowed_context_ = nullptr;
  uint32_t borrowed_threads_ = 1;
  bool gathered_ = false;  // read and written by who leads
};

// Part index of parts of [0, count): where it begins. Part parts begins at count.
constexpr uint64_t part_begin(uint64_t count, uint32_t index, uint32_t parts) {
  const uint64_t share = count / parts, rest = count % parts;
  return share * index + (index < rest ? index : rest);
}

}  // namespace dcm
