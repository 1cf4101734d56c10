#include "process_state.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace soak {
namespace {

// Entries of a folder but for "." and "..".
uint32_t entries(const char* folder) {
  DIR* stream = opendir(folder);
  if (stream == nullptr) return 0;
  uint32_t count = 0;
  while (const dirent* entry = readdir(stream)) count += entry->d_name[0] != '.';
  closedir(stream);
  return count;
}

}  // namespace

ProcessState process_state() {
  ProcessState state;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    unsigned long long pages = 0, resident = 0;
    if (std::fscanf(file, "%llu %llu", &pages, &resident) == 2)
      state.resident_bytes = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    std::fclose(file);
  }
  const uint32_t open = entries("/proc/self/fd");
  state.descriptors = open > 0 ? open - 1 : 0;
  state.threads = entries("/proc/self/task");
  return state;
}

}  // namespace soak
