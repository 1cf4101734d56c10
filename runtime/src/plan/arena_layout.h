// Packs the storages of the arena: two may share bytes if they are never taken at once.
#pragma once

#include <cstdint>

#include "plan/storage.h"

namespace dcm {

constexpr uint64_t kArenaAlignment = kMemoryAlignment;  // of every storage in the CPU's arena

// Bytes of a storage at a batch, rounded up to the alignment.
Checked storage_bytes(const Storage& storage, uint32_t batch, uint64_t alignment = kArenaAlignment);

// Fills offsets (one a storage, in bytes; those outside the arena are left) and returns the size of the arena. Takes
// time in proportion to the number of storages. MACHINE_LIMIT if the arena would have more than limit bytes.
Result<uint64_t> lay_out_arena(const StorageMap& map, uint32_t batch, uint64_t limit, Array<uint64_t>* offsets,
                               uint64_t alignment = kArenaAlignment);

}  // namespace dcm
