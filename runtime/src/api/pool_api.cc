// The functions of dcmobile.h about a pool that contexts share.
#include <pthread.h>

#include "api/report.h"
#include "core/thread_pool.h"
#include "dcmobile/dcmobile.h"

struct dcm_pool {
  dcm::MemoryBudget budget{UINT64_MAX};  // before the pool: it outlives its arrays
  dcm::ThreadPool threads;
  pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;  // held while the threads work for a context
};

namespace dcm {
namespace {

Status create_pool(uint32_t threads, dcm_pool** pool) {
  DCM_TRY(verify_pointer(pool, "pool"));
  *pool = nullptr;
  if (threads < 1 || threads > ThreadPool::kMaxThreads)
    return Status::error(DCM_CALL_ARGUMENT, "threads is %u, expected 1 to %u", threads, ThreadPool::kMaxThreads);
  dcm_pool* created = create<dcm_pool>();
  if (created == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a pool");
  Status status = created->threads.start(created->budget, threads);
  if (!status.ok()) {
    destroy(created);
    return status;
  }
  *pool = created;
  return {};
}

}  // namespace
}  // namespace dcm

int dcm_pool_create(uint32_t threads, dcm_pool** pool, dcm_error* error) {
  return dcm::report(dcm::create_pool(threads, pool), error);
}

void dcm_pool_destroy(dcm_pool* pool) {
  dcm::destroy(pool);
}

void dcm_pool_parallel_for(void* pool, uint32_t tasks, void (*task)(void* argument, uint32_t index), void* argument) {
  dcm_pool& shared = *static_cast<dcm_pool*>(pool);
  auto run = [&](uint32_t, uint64_t begin, uint64_t end) {
    for (uint64_t index = begin; index < end; ++index) task(argument, static_cast<uint32_t>(index));
  };
  if (pthread_mutex_trylock(&shared.busy) != 0) return run(0, 0, tasks);
  shared.threads.parallel_for(tasks, run);
  pthread_mutex_unlock(&shared.busy);
}
