// CRC-32C (Castagnoli, RFC 3720): reflected, initial value and final xor 0xFFFFFFFF.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dcm {

// The checksum of size bytes at data. crc32c("123456789", 9) == 0xE3069283.
uint32_t crc32c(const void* data, size_t size);

}  // namespace dcm
