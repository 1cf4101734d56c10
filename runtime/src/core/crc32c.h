// CRC-32C (Castagnoli, RFC 3720): reflected, initial value and final xor 0xFFFFFFFF.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dcm {

// The checksum of size bytes at data. crc32c("123456789", 9) == 0xE3069283. Uses the CPU's instruction if it has one.
uint32_t crc32c(const void* data, size_t size);

// The same by tables, for CPUs without the instruction.
uint32_t crc32c_portable(const void* data, size_t size);

}  // namespace dcm
