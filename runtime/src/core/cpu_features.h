// What an x86-64 CPU and its system offer beyond the baseline.
#pragma once

#include <cstdint>

namespace dcm {

struct CpuFeatures {
  bool sse42;
  bool avx2;    // and FMA
  bool avx512;  // F, BW, DQ and VL, with the above
  bool lzcnt;
  bool whole_avx512;  // and a core multiplies and adds as many of its vectors in a cycle as AVX2's
};

// The CPU is asked once: in a virtual machine each question takes microseconds. The compiler's own
// __builtin_cpu_supports brings 5 KB of tables of CPU models.
CpuFeatures cpu_features();

// Whether cores join two units for AVX2 to one for AVX-512: those of Zen 4 and of Intel's desktops and laptops. No bit
// says so: they are known by their model, and a server with one such unit instead of two is not. version: EAX of CPUID
// leaf 1.
bool joins_avx512_units(uint32_t version);

}  // namespace dcm
