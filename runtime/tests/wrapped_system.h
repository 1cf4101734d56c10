// What the runtime asks of the system, counted and, on demand, refused. For test programs that are linked with
// wrapped_system.cc and dcmobile_wrap_system (CMakeLists.txt).
#pragma once

namespace dcm::testing {

// Calls so far that allocate memory by any way.
int allocations();

// Kinds of calls that can be refused: posix_memalign (all memory of the runtime), pthread_create, mmap.
enum class Request { kMemory, kThread, kMapping };

// Refuses the request of that kind after `accepted` more, once.
void refuse_after(Request kind, int accepted);
// Whether a request was refused; refuses none from now on.
bool was_refused();

// Blocks of the runtime that are not freed.
int live_blocks();

}  // namespace dcm::testing
