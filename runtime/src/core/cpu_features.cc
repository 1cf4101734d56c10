#include "core/cpu_features.h"

#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace dcm {

bool joins_avx512_units(uint32_t version) {
  constexpr uint32_t kIntel = 6, kZen4 = 0x19;  // families; Zen 3, of the same, has no AVX-512
  const uint32_t base = version >> 8 & 0xf, family = base == 0xf ? base + (version >> 20 & 0xff) : base;
  const uint32_t model = (version >> 12 & 0xf0) | (version >> 4 & 0xf);
  constexpr uint8_t kModels[] = {0x66, 0x7d, 0x7e, 0x8c, 0x8d, 0xa7};  // Cannon, Ice (two), Tiger (two), Rocket Lake
  bool known = false;
  for (const uint8_t each : kModels) known |= model == each;
  return family == kZen4 || (family == kIntel && known);
}

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

// Bits as in Intel's manual, volume 2, CPUID, and volume 1, chapter 13; AMD's, volume 3, appendix E.
CpuFeatures ask() {
  constexpr uint32_t kFma = 1u << 12, kSse42 = 1u << 20, kXgetbv = 1u << 27, kLzcnt = 1u << 5;
  constexpr uint32_t kAvx2 = 1u << 5, kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  constexpr uint32_t kYmm = 0x6, kZmm = 0xe6;
  CpuFeatures features = {};
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d) != 0) features.lzcnt = has(c, kLzcnt);
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return features;
  features.sse42 = has(c, kSse42);
  const bool fma = has(c, kFma), joins = joins_avx512_units(a);
  const uint32_t saved = has(c, kXgetbv) ? saved_registers() : 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return features;
  features.avx2 = fma && has(b, kAvx2) && has(saved, kYmm);
  features.avx512 = features.avx2 && has(b, kAvx512) && has(saved, kZmm);
  features.whole_avx512 = features.avx512 && !joins;
  return features;
}

// What ask() said, a bit each; kAsked once it has. Threads that ask at the same time get the same answer.
std::atomic<uint32_t> answer{0};
constexpr uint32_t kAsked = 1, kHasSse42 = 2, kHasAvx2 = 4, kHasAvx512 = 8, kHasLzcnt = 16, kHasWholeAvx512 = 32;

}  // namespace

CpuFeatures cpu_features() {
  uint32_t known = answer.load(std::memory_order_relaxed);
  if (known == 0) {
    const CpuFeatures now = ask();
    known = kAsked | (now.sse42 ? kHasSse42 : 0) | (now.avx2 ? kHasAvx2 : 0) | (now.avx512 ? kHasAvx512 : 0) |
            (now.lzcnt ? kHasLzcnt : 0) | (now.whole_avx512 ? kHasWholeAvx512 : 0);
    answer.store(known, std::memory_order_relaxed);
  }
  return {has(known, kHasSse42), has(known, kHasAvx2), has(known, kHasAvx512), has(known, kHasLzcnt),
          has(known, kHasWholeAvx512)};
}
#else
CpuFeatures cpu_features() {
  return {};
}
#endif

}  // namespace dcm
