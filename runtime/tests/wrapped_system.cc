#include "wrapped_system.h"

#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace {

std::atomic<int> all_allocations{0};
std::atomic<int> left[3] = {-1, -1, -1};  // of each kind: requests until one is refused, -1: none is
std::atomic<bool> refused{false};

// Blocks of posix_memalign; in an array, since a container would allocate.
constexpr size_t kMostBlocks = 1 << 14;
std::atomic<void*> blocks[kMostBlocks];

bool refuse(dcm::testing::Request kind) {
  std::atomic<int>& count = left[static_cast<int>(kind)];
  if (count < 0 || count-- > 0) return false;
  refused = true;
  return true;
}

void remember(void* block) {
  for (auto& place : blocks) {
    void* free_place = nullptr;
    if (place.compare_exchange_strong(free_place, block)) return;
  }
}

void forget(void* block) {
  if (block == nullptr) return;
  for (auto& place : blocks) {
    void* known = block;
    if (place.compare_exchange_strong(known, nullptr)) return;
  }
}

}  // namespace

namespace dcm::testing {

int allocations() {
  return all_allocations;
}

void refuse_after(Request kind, int accepted) {
  refused = false;
  left[static_cast<int>(kind)] = accepted;
}

bool was_refused() {
  for (auto& count : left) count = -1;
  return refused.exchange(false);
}

int live_blocks() {
  int live = 0;
  for (auto& place : blocks) live += place != nullptr;
  return live;
}

}  // namespace dcm::testing

// operator new and new[], as the compiler names them, and mmap, as the C library does for files of any size.
#if SIZE_MAX > UINT32_MAX
#define REAL_NEW __real__Znwm
#define WRAP_NEW __wrap__Znwm
#define REAL_NEW_ARRAY __real__Znam
#define WRAP_NEW_ARRAY __wrap__Znam
#define REAL_MMAP __real_mmap
#define WRAP_MMAP __wrap_mmap
#else
#define REAL_NEW __real__Znwj
#define WRAP_NEW __wrap__Znwj
#define REAL_NEW_ARRAY __real__Znaj
#define WRAP_NEW_ARRAY __wrap__Znaj
#define REAL_MMAP __real_mmap64
#define WRAP_MMAP __wrap_mmap64
#endif

extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_realloc(void* block, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void** block, size_t alignment, size_t size);
void __real_free(void* block);
void* REAL_NEW(size_t size);
void* REAL_NEW_ARRAY(size_t size);
int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument);
void* REAL_MMAP(void* address, size_t length, int protection, int flags, int file, off_t offset);

void* __wrap_malloc(size_t size) {
  return ++all_allocations, __real_malloc(size);
}
void* __wrap_calloc(size_t count, size_t size) {
  return ++all_allocations, __real_calloc(count, size);
}
void* __wrap_realloc(void* block, size_t size) {
  return ++all_allocations, __real_realloc(block, size);
}
void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return ++all_allocations, __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void** block, size_t alignment, size_t size) {
  ++all_allocations;
  if (refuse(dcm::testing::Request::kMemory)) return ENOMEM;
  const int failure = __real_posix_memalign(block, alignment, size);
  if (failure == 0) remember(*block);
  return failure;
}
void __wrap_free(void* block) {
  forget(block);
  __real_free(block);
}
void* WRAP_NEW(size_t size) {
  return ++all_allocations, REAL_NEW(size);
}
void* WRAP_NEW_ARRAY(size_t size) {
  return ++all_allocations, REAL_NEW_ARRAY(size);
}
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  if (refuse(dcm::testing::Request::kThread)) return EAGAIN;
  return __real_pthread_create(thread, attributes, start, argument);
}
void* WRAP_MMAP(void* address, size_t length, int protection, int flags, int file, off_t offset) {
  if (refuse(dcm::testing::Request::kMapping)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return REAL_MMAP(address, length, protection, flags, file, offset);
}
}
