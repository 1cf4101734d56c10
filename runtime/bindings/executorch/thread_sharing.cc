#include "thread_sharing.h"

#include <executorch/runtime/kernel/thread_parallel_interface.h>

namespace dcm::executorch {

void run_on_executorch_pool(void*, uint32_t tasks, void (*task)(void* argument, uint32_t index), void* argument) {
  const auto part = [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) task(argument, static_cast<uint32_t>(index));
  };
  // False only for a range that is none, in which case nothing ran.
  if (!::executorch::extension::parallel_for(0, tasks, 1, part)) part(0, tasks);
}

}  // namespace dcm::executorch
