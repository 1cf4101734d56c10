// Loaded before everything else (LD_PRELOAD), it refuses memory at a chosen moment, as a machine that has no more does.
#include <dlfcn.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int> left[2] = {{-1}, {-1}};  // of each kind: requests until one is refused, -1: none is
std::atomic<int> refused{0};

bool refuse(int kind) {
  if (left[kind] < 0 || left[kind]-- > 0) return false;
  ++refused;
  return true;
}

}  // namespace

extern "C" {
// kind 0: posix_memalign, which is all memory of the runtime; 1: operator new. Once, after `accepted` more requests.
__attribute__((visibility("default"))) void dcm_test_refuse_after(int kind, int accepted) {
  refused = 0;
  left[kind] = accepted;
}

// How many requests were refused; refuses none from now on.
__attribute__((visibility("default"))) int dcm_test_refused() {
  left[0] = left[1] = -1;
  return refused.exchange(0);
}

__attribute__((visibility("default"))) int posix_memalign(void** block, size_t alignment, size_t size) {
  using Function = int (*)(void**, size_t, size_t);
  static const Function real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "posix_memalign"));
  return refuse(0) ? ENOMEM : real(block, alignment, size);
}
}

void* operator new(size_t size) {
  if (refuse(1)) throw std::bad_alloc();
  void* block = std::malloc(size > 0 ? size : 1);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new[](size_t size) {
  return operator new(size);
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete[](void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, size_t) noexcept {
  std::free(block);
}
void operator delete[](void* block, size_t) noexcept {
  std::free(block);
}
