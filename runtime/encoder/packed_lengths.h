// Packed Huffman code lengths (format.md, 5.2).
#pragma once

#include <cstdint>
#include <vector>

namespace dcm::encoder {

// lengths[s] is 0..kMaxCodeLength for symbol s. Returns the fewest bytes that spell them out; empty if no symbol
// occurs. Throws std::invalid_argument for a longer length.
std::vector<uint8_t> pack_lengths(const std::vector<uint8_t>& lengths);

}  // namespace dcm::encoder
