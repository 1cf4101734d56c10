// Which CPUs are known to make vectors of AVX-512 in two halves.
#include "core/cpu_features.h"

#include <gtest/gtest.h>

namespace dcm {
namespace {

TEST(CpuFeatures, CoresThatJoinUnitsAreKnownByTheirModel) {
  for (const uint32_t version : {0x00a10f11u, 0x00a60f12u,                // Zen 4: EPYC 9004, Ryzen 7000
                                 0x000706e5u, 0x000806c1u, 0x000a0671u})  // Ice, Tiger and Rocket Lake
    EXPECT_TRUE(joins_avx512_units(version)) << std::hex << version;
  for (const uint32_t version : {0x00b00f21u, 0x00b40f40u,                             // Zen 5: EPYC 9005, Ryzen 9000
                                 0x00050654u, 0x000606a6u, 0x000806f8u, 0x000c06f2u})  // Skylake to Emerald Rapids
    EXPECT_FALSE(joins_avx512_units(version)) << std::hex << version;
}

TEST(CpuFeatures, WholeUnitsNeedAvx512) {
  const CpuFeatures features = cpu_features();
  EXPECT_LE(features.whole_avx512, features.avx512);
  EXPECT_LE(features.avx512, features.avx2);
}

}  // namespace
}  // namespace dcm
