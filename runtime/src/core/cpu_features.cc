#include "core/cpu_features.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace dcm {

#if defined(__x86_64__)
namespace {

// Which registers the system saves when it switches threads (XCR0).
uint32_t saved_registers() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

constexpr bool has(uint32_t value, uint32_t bits) {
  return (value & bits) == bits;
}

}  // namespace

// Bits as in Intel's manual, volume 2, CPUID, and volume 1, chapter 13.
CpuFeatures cpu_features() {
  constexpr uint32_t kFma = 1u << 12, kSse42 = 1u << 20, kXgetbv = 1u << 27;
  constexpr uint32_t kAvx2 = 1u << 5, kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  constexpr uint32_t kYmm = 0x6, kZmm = 0xe6;
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return {};
  CpuFeatures features = {has(c, kSse42), false, false};
  const bool fma = has(c, kFma);
  const uint32_t saved = has(c, kXgetbv) ? saved_registers() : 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return features;
  features.avx2 = fma && has(b, kAvx2) && has(saved, kYmm);
  features.avx512 = features.avx2 && has(b, kAvx512) && has(saved, kZmm);
  return features;
}
#else
CpuFeatures cpu_features() {
  return {};
}
#endif

}  // namespace dcm
