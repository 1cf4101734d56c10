#include "thread_sharing.h"

#include <executorch/runtime/kernel/thread_parallel_interface.h>

#include <algorithm>
#ifdef __linux__
#include <sched.h>
#endif

namespace dcm::executorch {
namespace {

// At most so many: `most` where the system does not say.
int64_t usable_processors(int64_t most) {
#ifdef __linux__
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) return std::min<int64_t>(most, CPU_COUNT(&usable));
#endif
  return most;
}

}  // namespace

void run_on_executorch_pool(void*, uint32_t tasks, void (*task)(void* argument, uint32_t index), void* argument) {
  const auto part = [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) task(argument, static_cast<uint32_t>(index));
  };
  // False only for a range that is none, in which case nothing ran.
  if (!::executorch::extension::parallel_for(0, tasks, 1, part)) part(0, tasks);
}

uint32_t default_threads() {
  const int64_t pool = ::executorch::extension::get_thread_count();
  return static_cast<uint32_t>(std::clamp<int64_t>(usable_processors(pool), 1, kMaxThreads));
}

}  // namespace dcm::executorch
