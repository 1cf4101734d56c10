// Canonical Huffman code words (format.md, 5.1), ready for a bit string that starts at the least significant bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcm::encoder {

// words[s] is the code word of symbol s with its first bit (the most significant one of the canonical word) in bit 0.
struct CanonicalCode {
  std::array<uint16_t, 256> words{};
  std::array<uint8_t, 256> lengths{};
  bool lone = false;  // only one symbol occurs: its streams are empty
};

// lengths[s]: 0..kMaxCodeLength bits, at most 256 symbols. Throws std::invalid_argument unless no symbol occurs, or
// only one and its length is 1, or the sum of 2^-length is exactly 1.
CanonicalCode canonical_code(const std::vector<uint8_t>& lengths);

// Bits of count[s] words of each symbol s; 0 for a lone symbol.
uint64_t coded_bits(const CanonicalCode& code, const std::vector<uint64_t>& counts);

}  // namespace dcm::encoder
