#include "core/thread_pool.h"

#include <cstring>

namespace dcm {

Status ThreadPool::start(MemoryBudget& budget, uint32_t threads) {
  if (threads <= 1) return {};
  DCM_TRY(workers_.allocate(budget, threads - 1));
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
  pthread_mutex_lock(&mutex_);
  stop_ = true;
  pthread_cond_broadcast(&work_);
  pthread_mutex_unlock(&mutex_);
  for (uint32_t i = 0; i < started_; ++i) pthread_join(workers_[i].handle, nullptr);
  pthread_cond_destroy(&done_);
  pthread_cond_destroy(&work_);
  pthread_mutex_destroy(&mutex_);
}

void ThreadPool::run_part(uint32_t index) const {
  const uint64_t begin = part_begin(count_, index, threads()), end = part_begin(count_, index + 1, threads());
  if (begin < end) body_(context_, index, begin, end);
}

void ThreadPool::borrow(uint32_t threads, dcm_parallel_for lent, void* context) {
  borrowed_ = lent;
  borrowed_context_ = context;
  borrowed_threads_ = threads;
}

void ThreadPool::run_borrowed(uint64_t count, Body body, void* context) {
  count_ = count;
  body_ = body;
  context_ = context;
  const uint32_t parts = count < borrowed_threads_ ? static_cast<uint32_t>(count) : borrowed_threads_;
  const auto part = [](void* pool, uint32_t index) { static_cast<const ThreadPool*>(pool)->run_part(index); };
  borrowed_(borrowed_context_, parts, part, this);
}

void ThreadPool::run(uint64_t count, Body body, void* context) {
  if (borrowed_ != nullptr && borrowed_threads_ > 1 && count > 1) return run_borrowed(count, body, context);
  if (workers_.empty() || count <= 1) {
    if (count > 0) body(context, 0, 0, count);
    return;
  }
  pthread_mutex_lock(&mutex_);
  count_ = count;
  body_ = body;
  context_ = context;
  pending_ = started_;
  ++generation_;
  pthread_cond_broadcast(&work_);
  pthread_mutex_unlock(&mutex_);
  run_part(0);
  pthread_mutex_lock(&mutex_);
  while (pending_ > 0) pthread_cond_wait(&done_, &mutex_);
  pthread_mutex_unlock(&mutex_);
}

void* ThreadPool::worker_main(void* argument) {
  const Worker& worker = *static_cast<const Worker*>(argument);
  ThreadPool& pool = *worker.pool;
  uint64_t seen = 0;
  pthread_mutex_lock(&pool.mutex_);
  for (;;) {
    while (pool.generation_ == seen && !pool.stop_) pthread_cond_wait(&pool.work_, &pool.mutex_);
    if (pool.stop_) break;
    seen = pool.generation_;
    pthread_mutex_unlock(&pool.mutex_);
    pool.run_part(worker.index);
    pthread_mutex_lock(&pool.mutex_);
    if (--pool.pending_ == 0) pthread_cond_signal(&pool.done_);
  }
  pthread_mutex_unlock(&pool.mutex_);
  return nullptr;
}

}  // namespace dcm
