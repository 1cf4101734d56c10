// Monotonic time.
#pragma once

#include <cstdint>

namespace dcm {

// Nanoseconds since an arbitrary start; never goes back.
uint64_t monotonic_ns();

}  // namespace dcm
