// Huffman decoding as docs/format.md, 5 has it, a nibble and a bit at a time: what the runtime's decoder is compared
// with. It shares no code with the runtime.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dcm::fuzz {

// The length of each symbol's code word, or nothing if the packed lengths break a rule of 5.1 or 5.2.
std::optional<std::vector<uint8_t>> plain_lengths(const uint8_t* packed, size_t size, uint32_t alphabet);

// The symbols of four streams that follow each other at `bytes`, or nothing if they break a rule of 5.3.
std::optional<std::vector<uint8_t>> plain_symbols(const std::vector<uint8_t>& lengths, const uint8_t* bytes,
                                                  const std::array<uint32_t, 4>& stream_bytes, uint32_t count);

}  // namespace dcm::fuzz
