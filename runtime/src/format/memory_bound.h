// How much memory a file may ask for (docs/security.md).
#pragma once

#include <cstdint>

#include "core/checked.h"

namespace dcm {

// A few bytes of a file can stand for any number of weights: a code of one symbol takes no bits, and rows without
// weights take none at all. What a file may make of itself is therefore bounded, whatever memory_limit says: so many
// bytes in any case, and so many for each of its own. Codes of one bit that a kernel lays out as floats take 32 for
// each.
constexpr uint64_t kFreeBytes = uint64_t{64} << 20;
constexpr uint64_t kBytesPerFileByte = 512;

// The most that loading a file of that size allocates at any time.
inline uint64_t memory_bound(uint64_t file_bytes) {
  const Checked bytes = Checked(file_bytes) * kBytesPerFileByte + kFreeBytes;
  return bytes.ok() ? bytes.value() : UINT64_MAX;
}

}  // namespace dcm
