#include "core/memory.h"

#include <cinttypes>
#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace dcm {
namespace {

// Of x86-64 and of arm64 with pages of 4 KiB.
constexpr size_t kHugePage = size_t{2} << 20;

// The system hands pages out one by one as they are first written, which takes a fifth of the loading of a large
// network. Large pages are asked for where they fit whole, so that no more memory becomes resident; a system without
// them says no, which changes nothing.
void* allocate_block(size_t size) {
  const bool huge = size >= 2 * kHugePage;
  void* block = nullptr;
  if (posix_memalign(&block, huge ? kHugePage : kMemoryAlignment, size) != 0) return nullptr;
#if defined(MADV_HUGEPAGE)
  if (huge) (void)madvise(block, size - size % kHugePage, MADV_HUGEPAGE);
#endif
  return block;
}

}  // namespace

void MemoryBudget::lower_limit(uint64_t bytes, const char* reason) {
  if (bytes >= limit_) return;
  limit_ = bytes;
  reason_ = reason;
}

Status MemoryBudget::check(Checked bytes) const {
  if ((bytes + used_).within(limit_)) return {};
  if (!bytes.ok())
    return Status::error(DCM_MACHINE_LIMIT, "needs more than 2^64 bytes of memory; %s is %" PRIu64, reason_, limit_);
  return Status::error(DCM_MACHINE_LIMIT,
                       "needs %" PRIu64 " bytes of memory more than the %" PRIu64 " in use; %s is %" PRIu64,
                       bytes.value(), used_, reason_, limit_);
}

Status MemoryBudget::allocate(Checked bytes, void** block) {
  *block = nullptr;
  DCM_TRY(check(bytes));
  const uint64_t size = bytes.value();
  if (size == 0) return {};
  if (size <= SIZE_MAX) *block = allocate_block(static_cast<size_t>(size));
  if (*block == nullptr)
    return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate %" PRIu64 " bytes", size);
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
