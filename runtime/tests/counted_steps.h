// Work in steps, which are the same on every machine: comparisons, of which each turn of a loop makes one. They are
// counted where the build has clang's instrumentation for fuzzers (DCMOBILE_BUILD_FUZZ).
#pragma once

#include <cstdint>

namespace dcm::testing {

// Comparisons of all instrumented code so far; 0 where nothing is counted. Exact if one thread works.
uint64_t counted_steps();

}  // namespace dcm::testing
