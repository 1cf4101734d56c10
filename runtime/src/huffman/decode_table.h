// From the next bits of a stream to one symbol, or to several, in one look-up.
#pragma once

#include <cstdint>

#include "format/limits.h"
#include "huffman/code_lengths.h"

namespace dcm {

// The symbols of all code words that lie whole in the next bits of a stream, three at most.
struct SymbolRun {
  static constexpr uint32_t kMost = 3;
  static constexpr uint32_t kCountShift = 6;

  uint8_t symbols[kMost];  // in order; anything behind the last
  uint8_t step;            // low 6 bits: bits of the code words; above: how many symbols, 1 to kMost
};

struct DecodeTable {
  static constexpr uint32_t kEntries = 1u << kMaxCodeLength;
  // Bits that a run look-up sees: 11, or 12 where many pairs of code words are 12 bits long.
  static constexpr uint32_t kRunBits = kMaxCodeLength, kWideRunBits = kMaxCodeLength + 1;

  // Indexed by the next 11 bits of the stream, the first bit lowest. Low byte: bits of the code word; high byte:
  // symbol. 4 KiB.
  uint16_t entries[kEntries];
  // Indexed by the next run_bits bits; 8 or 16 KiB, in the nearest cache with the data.
  SymbolRun runs[1u << kWideRunBits];
  uint32_t run_bits;    // kRunBits, kWideRunBits, or 0: no runs
  uint32_t used;        // symbols that occur; with 0 or 1 there are no entries, the streams are empty
  uint8_t only_symbol;  // if used is 1

  // symbols: about how many will be decoded. Runs take time to build, and where code words are long most runs are
  // single symbols, so they are there only if they pay.
  void build(const CodeLengths& lengths, uint64_t symbols);
  // Adds runs of kRunBits or kWideRunBits bits to a table with entries.
  void build_runs(uint32_t bits);
};

}  // namespace dcm
