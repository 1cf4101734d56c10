#include "process_memory.h"

#include <cinttypes>
#include <cstdio>

namespace bench {

ProcessMemory process_memory() {
  ProcessMemory memory;
  FILE* file = std::fopen("/proc/self/status", "r");
  if (file == nullptr) return memory;
  char line[128];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    uint64_t kilobytes;
    if (std::sscanf(line, "VmRSS: %" SCNu64, &kilobytes) == 1) memory.resident = kilobytes << 10;
    if (std::sscanf(line, "VmHWM: %" SCNu64, &kilobytes) == 1) memory.peak = kilobytes << 10;
  }
  std::fclose(file);
  return memory;
}

}  // namespace bench
