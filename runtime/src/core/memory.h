// The runtime's one source of memory: no operator new, no abort; what is asked for is counted against a limit.
#pragma once

#include <cstdint>
#include <new>

#include "core/checked.h"
#include "core/status.h"

namespace dcm {

constexpr uint64_t kMemoryAlignment = 64;  // of every block: a cache line, and the widest vector

// What a model or a context may still allocate. Used by one thread at a time; outlives the blocks it gave.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // No more than bytes from now on; reason says where that number comes from, in errors. A higher limit changes
  // nothing.
  void lower_limit(uint64_t bytes, const char* reason);

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_; }

  // MACHINE_LIMIT unless bytes more could be allocated now. Called with a sum, it refuses before the first block is
  // touched.
  Status check(Checked bytes) const;

  // A block of bytes, uninitialised, aligned to kMemoryAlignment; null for 0 bytes. MACHINE_LIMIT or MACHINE_MEMORY on
  // failure.
  Status allocate(Checked bytes, void** block);
  // Returns a block of allocate() with its size.
  void release(void* block, uint64_t bytes);

  // Counts memory that comes from elsewhere, a device's, until it is given back. MACHINE_LIMIT as for allocate().
  Status count(uint64_t bytes) {
    Status status = check(Checked(bytes));
    if (status.ok()) used_ += bytes;
    return status;
  }
  void give_back(uint64_t bytes) { used_ -= bytes; }

 private:
  uint64_t limit_;
  const char* reason_ = "memory_limit";
  uint64_t used_ = 0;
};

void* allocate_handle(uint64_t bytes);
void free_handle(void* handle);

// An object behind a handle of the C API, which no budget owns. Null if there is no memory.
template <typename T, typename... Arguments>
T* create(Arguments... arguments) {
  void* block = allocate_handle(sizeof(T));
  return block == nullptr ? nullptr : new (block) T(arguments...);
}

template <typename T>
void destroy(T* object) {
  if (object == nullptr) return;
  object->~T();
  free_handle(object);
}

}  // namespace dcm
