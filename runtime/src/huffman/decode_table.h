// From the next bits of a stream to a symbol, in one look-up.
#pragma once

#include <cstdint>

#include "format/limits.h"
#include "huffman/code_lengths.h"

namespace dcm {

// 4 KiB, so that the tables of gaps and codes share an L1 cache with the data.
struct DecodeTable {
  static constexpr uint32_t kEntries = 1u << kMaxCodeLength;

  // Indexed by the next 11 bits of the stream, the first bit lowest. Low byte: bits of the code word; high byte:
  // symbol.
  uint16_t entries[kEntries];
  uint32_t used;        // symbols that occur; with 0 or 1 there are no entries, the streams are empty
  uint8_t only_symbol;  // if used is 1

  void build(const CodeLengths& lengths);
};

}  // namespace dcm
