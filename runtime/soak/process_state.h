// What a process holds of the system.
#pragma once

#include <cstdint>

namespace soak {

struct ProcessState {
  uint64_t resident_bytes = 0;
  uint32_t descriptors = 0;
  uint32_t threads = 0;
};

// From /proc; all 0 where there is none. The descriptors that reading takes are not counted.
ProcessState process_state();

}  // namespace soak
