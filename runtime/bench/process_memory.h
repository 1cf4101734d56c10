// Resident memory of this process.
#pragma once

#include <cstdint>

namespace bench {

struct ProcessMemory {
  uint64_t resident = 0, peak = 0;  // bytes; 0 where the system does not say
};

// From /proc/self/status. Not from getrusage, whose peak a process takes over from the one that started it.
ProcessMemory process_memory();

}  // namespace bench
