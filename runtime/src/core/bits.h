// Loads and single instructions that C++17 has no name for.
#pragma once

#include <cstdint>
#include <cstring>

namespace dcm {

// Little-endian loads from any address and stores to any.
inline uint16_t load_le16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] | p[1] << 8);
}
inline uint32_t load_le32(const uint8_t* p) {
  return load_le16(p) | uint32_t{load_le16(p + 2)} << 16;
}
inline uint64_t load_le64(const uint8_t* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

inline void store_le32(uint32_t word, uint8_t* p) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap32(word);
#endif
  std::memcpy(p, &word, sizeof word);
}

inline float float_from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bits_of_float(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Zero bits above the highest set bit; word is not 0.
inline uint32_t leading_zeros(uint64_t word) {
  return static_cast<uint32_t>(__builtin_clzll(word));
}

}  // namespace dcm
