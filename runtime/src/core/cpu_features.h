// What an x86-64 CPU and its system offer beyond the baseline.
#pragma once

namespace dcm {

struct CpuFeatures {
  bool sse42;
  bool avx2;    // and FMA
  bool avx512;  // F, BW, DQ and VL, with the above
  bool lzcnt;
};

// The CPU is asked once: in a virtual machine each question takes microseconds. The compiler's own
// __builtin_cpu_supports brings 5 KB of tables of CPU models.
CpuFeatures cpu_features();

}  // namespace dcm
