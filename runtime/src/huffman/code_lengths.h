// The lengths that define a canonical Huffman code (docs/format.md, 5.1 and 5.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace dcm {

constexpr uint32_t kMaxAlphabet = 256;

// A code that decodes: the Kraft sum is 1, or at most one symbol occurs.
struct CodeLengths {
  uint32_t alphabet = 0;              // symbols 0 .. alphabet-1
  uint32_t used = 0;                  // symbols that occur
  uint32_t shortest = 0;              // bits of the shortest and longest code word; 0 if used <= 1,
  uint32_t longest = 0;               //   because such streams are empty
  uint8_t only_symbol = 0;            // if used is 1
  uint8_t length[kMaxAlphabet] = {};  // bits of each symbol's code word, 0: does not occur
};

// Unpacks size bytes of packed code lengths for an alphabet of 0 .. kMaxAlphabet symbols. FILE_HUFFMAN if they break a
// rule.
Status unpack_code_lengths(const uint8_t* packed, size_t size, uint32_t alphabet, CodeLengths* lengths);

}  // namespace dcm
