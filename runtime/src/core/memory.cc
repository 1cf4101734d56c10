#include "core/memory.h"

#include <cinttypes>
#include <cstdlib>

namespace dcm {

Status MemoryBudget::check(Checked bytes) const {
  if ((bytes + used_).within(limit_)) return {};
  if (!bytes.ok())
    return Status::error(DCM_MACHINE_LIMIT, "needs more than 2^64 bytes of memory; memory_limit is %" PRIu64, limit_);
  return Status::error(DCM_MACHINE_LIMIT,
                       "needs %" PRIu64 " bytes of memory more than the %" PRIu64 " in use; memory_limit is %" PRIu64,
                       bytes.value(), used_, limit_);
}

Status MemoryBudget::allocate(Checked bytes, void** block) {
  *block = nullptr;
  DCM_TRY(check(bytes));
  const uint64_t size = bytes.value();
  if (size == 0) return {};
  if (size > SIZE_MAX || posix_memalign(block, kMemoryAlignment, static_cast<size_t>(size)) != 0) {
    *block = nullptr;
    return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate %" PRIu64 " bytes", size);
  }
  used_ += size;
  return {};
}

void MemoryBudget::release(void* block, uint64_t bytes) {
  std::free(block);
  used_ -= bytes;
}

void* allocate_handle(uint64_t bytes) {
  void* block = nullptr;
  return posix_memalign(&block, kMemoryAlignment, static_cast<size_t>(bytes)) == 0 ? block : nullptr;
}

void free_handle(void* handle) {
  std::free(handle);
}

}  // namespace dcm
