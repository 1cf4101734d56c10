#include "core/thread_pool.h"

#include <cstring>

#include "core/clock.h"

namespace dcm {
namespace {

// Tells the core that this is a loop that waits.
void pause_core() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__arm__) && __ARM_ARCH >= 7)
  __asm__ volatile("yield");
#endif
}

// Whether condition() came true within ThreadPool::kSpinNs.
template <typename Condition>
bool spin(Condition&& condition) {
  constexpr int kPausesPerLook = 64;  // the clock costs as much as some pauses
  const uint64_t end = monotonic_ns() + ThreadPool::kSpinNs;
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (condition()) return true;
      pause_core();
    }
  } while (monotonic_ns() < end);
  return false;
}

}  // namespace

Status ThreadPool::start(MemoryBudget& budget, uint32_t threads) {
  if (threads <= 1) return {};
  DCM_TRY(workers_.allocate(budget, threads - 1));
  owner_ = getpid();
  for (uint32_t i = 0; i < threads - 1; ++i) {
    workers_[i].pool = this;
    workers_[i].index = i + 1;
    const int failure = pthread_create(&workers_[i].handle, nullptr, worker_main, &workers_[i]);
    if (failure != 0)
      return Status::error(DCM_MACHINE_THREAD, "cannot start thread %u of %u: %s", i + 2, threads,
                           std::strerror(failure));
    ++started_;
  }
  return {};
}

ThreadPool::~ThreadPool() {
  // Nobody is left to join, and whoever held the mutex when the process forked holds it for ever.
  if (started_ > 0 && in_a_child()) return;
  dismiss();
  for (uint32_t i = 0; i < started_; ++i) pthread_join(workers_[i].handle, nullptr);
  pthread_cond_destroy(&done_);
  pthread_cond_destroy(&work_);
  pthread_mutex_destroy(&mutex_);
}

void ThreadPool::borrow(uint32_t threads, dcm_parallel_for lent, void* context) {
  borrowed_ = lent;
  borrowed_context_ = context;
  borrowed_threads_ = threads;
}

void ThreadPool::run_borrowed(uint64_t count, Body body, void* context) {
  count_ = count;
  parts_ = static_cast<uint32_t>(count < borrowed_threads_ ? count : borrowed_threads_);
  body_ = body;
  context_ = context;
  const auto part = [](void* pool, uint32_t index) { static_cast<const ThreadPool*>(pool)->run_part(index, index); };
  borrowed_(borrowed_context_, parts_, part, this);
}

struct ThreadPool::Gathering {
  ThreadPool* pool;
  void (*lead)(void* context);
  void* context;
  std::atomic<uint32_t> joined;
};

// One call of the lender: its tasks are the threads. A lender may run them one after the other and in any order, so who
// comes first leads, and who comes when that has ended has nothing to do.
void ThreadPool::gather(void (*lead)(void* context), void* context) {
  Gathering gathering = {this, lead, context, {0}};
  tickets_.fetch_and(~kStop);  // of the last gathering, all of whose threads have left
  const auto task = [](void* argument, uint32_t) {
    Gathering& joined = *static_cast<Gathering*>(argument);
    joined.pool->join(joined);
  };
  borrowed_(borrowed_context_, borrowed_threads_, task, &gathering);
}

void ThreadPool::join(Gathering& gathering) {
  const uint32_t thread = gathering.joined.fetch_add(1);
  if (thread > 0) return work(thread);
  gathered_ = true;
  gathering.lead(gathering.context);
  gathered_ = false;
  dismiss();
}

void ThreadPool::dismiss() {
  pthread_mutex_lock(&mutex_);
  tickets_.fetch_or(kStop);
  pthread_cond_broadcast(&work_);
  pthread_mutex_unlock(&mutex_);
}

void ThreadPool::run_part(uint32_t part, uint32_t thread) const {
  body_(context_, thread, part_begin(count_, part, parts_), part_begin(count_, part + 1, parts_));
}

void ThreadPool::run(uint64_t count, Body body, void* context) {
  if (borrowed_ != nullptr && !gathered_ && borrowed_threads_ > 1 && count > 1)
    return run_borrowed(count, body, context);
  if (count <= 1 || (!gathered_ && (workers_.empty() || in_a_child()))) {
    if (count > 0) body(context, 0, 0, count);
    return;
  }
  count_ = count;
  parts_ = static_cast<uint32_t>(count < threads() ? count : threads());
  body_ = body;
  context_ = context;
  undone_.store(parts_, std::memory_order_relaxed);
  const uint64_t loop = (tickets_.load(std::memory_order_relaxed) & ~kLeft) + kNextLoop;
  tickets_.store(loop | parts_);  // in one order with sleepers_: here or in sleep_until_work, one sees the other
  if (sleepers_.load() > 0) {
    pthread_mutex_lock(&mutex_);
    pthread_cond_broadcast(&work_);
    pthread_mutex_unlock(&mutex_);
  }
  while (run_next_part(0)) {
  }
  wait_until_done();
}

// Takes a part of the loop and runs it; false if none is left.
bool ThreadPool::run_next_part(uint32_t thread) {
  uint64_t tickets = tickets_.load(std::memory_order_acquire);
  do {
    if ((tickets & kLeft) == 0) return false;
  } while (!tickets_.compare_exchange_weak(tickets, tickets - 1, std::memory_order_acquire));
  run_part(parts_ - static_cast<uint32_t>(tickets & kLeft), thread);
  // Of the last part: in one order with caller_sleeps_, as tickets_ and sleepers_ are.
  if (undone_.fetch_sub(1) == 1 && caller_sleeps_.load()) {
    pthread_mutex_lock(&mutex_);
    pthread_cond_signal(&done_);
    pthread_mutex_unlock(&mutex_);
  }
  return true;
}

void ThreadPool::wait_until_done() {
  const auto done = [this] { return undone_.load(std::memory_order_acquire) == 0; };
  if (done() || spin(done)) return;
  pthread_mutex_lock(&mutex_);
  caller_sleeps_.store(true);
  while (undone_.load() > 0) pthread_cond_wait(&done_, &mutex_);
  caller_sleeps_.store(false);
  pthread_mutex_unlock(&mutex_);
}

void ThreadPool::sleep_until_work() {
  pthread_mutex_lock(&mutex_);
  sleepers_.fetch_add(1);
  while ((tickets_.load() & (kLeft | kStop)) == 0) pthread_cond_wait(&work_, &mutex_);
  sleepers_.fetch_sub(1);
  pthread_mutex_unlock(&mutex_);
}

void ThreadPool::work(uint32_t thread) {
  const auto work_or_stop = [this] { return (tickets_.load(std::memory_order_relaxed) & (kLeft | kStop)) != 0; };
  while (!stopped()) {
    if (run_next_part(thread)) continue;
    if (!spin(work_or_stop)) sleep_until_work();
  }
}

void* ThreadPool::worker_main(void* argument) {
  const Worker& worker = *static_cast<const Worker*>(argument);
  worker.pool->work(worker.index);
  return nullptr;
}

}  // namespace dcm
