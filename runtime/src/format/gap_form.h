// How the gap symbols of a sparse weight stand in their streams (docs/format.md, 4 and 6).
#pragma once

#include <cstdint>

#include "format/limits.h"

namespace dcm {

// Fits: bits is 8 at most, and counts are kMaxChunkSymbols at most.
struct GapForm {
  static constexpr uint32_t kPairs = 16;  // what gap_bits has more where pairs are coded

  uint32_t bits = 0;   // of a gap symbol
  bool pairs = false;  // two gap symbols in one symbol of the Huffman code

  // Of any SparseShared.gap_bits.
  static constexpr GapForm of(uint32_t gap_bits) {
    return gap_bits < kPairs ? GapForm{gap_bits, false} : GapForm{gap_bits - kPairs, true};
  }
  constexpr uint32_t gap_bits() const { return pairs ? kPairs + bits : bits; }
  // A coded symbol has 8 bits at most.
  constexpr bool valid() const { return bits >= kMinGapBits && bits <= (pairs ? kMaxGapBits / 2 : kMaxGapBits); }

  // The rest only if valid().
  constexpr uint32_t alphabet() const { return 1u << (pairs ? 2 * bits : bits); }
  constexpr uint32_t skip() const { return (1u << bits) - 1; }
  // Coded symbols of that many gap symbols.
  constexpr uint32_t coded(uint32_t gaps) const { return pairs ? gaps / 2 + gaps % 2 : gaps; }
};

}  // namespace dcm
