// Huffman coding written from docs/format.md as plainly as possible: a bit at a time, with maps. What the runtime does
// fast is compared with it.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace dcm::testing {

using Lengths = std::vector<uint8_t>;  // bits of each symbol's code word, 0: none
using Bytes = std::vector<uint8_t>;
using Symbols = std::vector<uint8_t>;

// Lengths that differ by at most 1 for the symbols that occur among the given ones, a Kraft sum of 1 (or the one-symbol
// case).
Lengths balanced_lengths(uint32_t alphabet, const Symbols& symbols);

// A random code of the given number of symbols (2 .. alphabet): a tree whose leaves are split at random, no deeper
// than 11.
Lengths random_lengths(std::mt19937& random, uint32_t alphabet, uint32_t used);

// Section 5.2 with runs where they are allowed.
Bytes pack_lengths(const Lengths& lengths);

// The code word of each symbol, most significant bit first.
std::vector<uint32_t> canonical_words(const Lengths& lengths);

struct Streams {
  Bytes bytes;                      // of all four, one after another
  std::array<uint32_t, 4> sizes{};  // bytes of each
};
Streams encode_streams(const Lengths& lengths, const Symbols& symbols);

// The first count symbols that the streams hold.
Symbols decode_streams_naively(const Lengths& lengths, const Streams& streams, uint32_t count);

}  // namespace dcm::testing
