// dcm_context_run allocates nothing. Every allocating function that the runtime could call is wrapped by the linker and
// counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>

#include "small_network.h"

namespace {
std::atomic<int> allocations{0};
}

extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_realloc(void* block, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void** block, size_t alignment, size_t size);
void* __real__Znwm(size_t size);
void* __real__Znam(size_t size);

void* __wrap_malloc(size_t size) {
  return ++allocations, __real_malloc(size);
}
void* __wrap_calloc(size_t count, size_t size) {
  return ++allocations, __real_calloc(count, size);
}
void* __wrap_realloc(void* block, size_t size) {
  return ++allocations, __real_realloc(block, size);
}
void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return ++allocations, __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void** block, size_t alignment, size_t size) {
  return ++allocations, __real_posix_memalign(block, alignment, size);
}
void* __wrap__Znwm(size_t size) {
  return ++allocations, __real__Znwm(size);
}
void* __wrap__Znam(size_t size) {
  return ++allocations, __real__Znam(size);
}
}

namespace dcm {
namespace {

TEST(Allocations, RunMakesNone) {
  const testing::Bytes bytes = testing::small_network().build();
  const uint32_t batch = 300;  // enough work for the threads to share
  for (uint32_t threads : {1u, 2u, 4u}) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = threads;
    const int before_open = allocations;
    const testing::Opened opened = testing::open_bytes(bytes, &options);
    ASSERT_EQ(opened.code, DCM_OK) << opened.text;
    EXPECT_GT(allocations, before_open) << "the count does not work";
    dcm_context* created;
    ASSERT_EQ(dcm_context_create(opened.model.get(), &options, &created, nullptr), DCM_OK);
    const testing::ContextPointer context(created);
    ASSERT_EQ(dcm_context_set_batch(context.get(), batch, nullptr), DCM_OK);

    const testing::Tensor input = testing::small_input(batch);
    testing::Tensor output(batch * 3);
    const float* inputs[] = {input.data()};
    float* outputs[] = {output.data()};
    const size_t input_sizes[] = {input.size()}, output_sizes[] = {output.size()};
    const int before = allocations;
    for (int i = 0; i < 10; ++i)
      if (dcm_context_run(context.get(), inputs, input_sizes, 1, outputs, output_sizes, 1, nullptr) != DCM_OK) break;
    const int after = allocations;
    EXPECT_EQ(after, before) << threads << " threads";
    EXPECT_NE(output[0], 0.0f);
  }
}

}  // namespace
}  // namespace dcm
