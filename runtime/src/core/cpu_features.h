// What an x86-64 CPU and its system offer beyond the baseline.
#pragma once

namespace dcm {

struct CpuFeatures {
  bool sse42;
  bool avx2;    // and FMA
  bool avx512;  // F, BW, DQ and VL, with the above
  bool lzcnt;
  // Whether a core multiplies and adds as many vectors of AVX-512 in a cycle as of AVX2. The others make one of two:
  // Zen 4 and Intel's desktops and laptops. No bit of CPUID tells, so those are known by their model; a server with one
  // such unit instead of two is not.
  bool whole_avx512;
};

// The CPU is asked once: in a virtual machine each question takes microseconds. The compiler's own
// __builtin_cpu_supports brings 5 KB of tables of CPU models.
CpuFeatures cpu_features();

}  // namespace dcm
