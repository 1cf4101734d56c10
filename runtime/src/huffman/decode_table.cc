#include "huffman/decode_table.h"

namespace dcm {
namespace {

uint32_t reversed(uint32_t word, uint32_t bits) {
  uint32_t result = 0;
  for (; bits > 0; --bits, word >>= 1) result = result << 1 | (word & 1u);
  return result;
}

}  // namespace

void DecodeTable::build(const CodeLengths& lengths) {
  used = lengths.used;
  only_symbol = lengths.only_symbol;
  if (used <= 1) return;

  uint32_t count[kMaxCodeLength + 1] = {};
  for (uint32_t symbol = 0; symbol < lengths.alphabet; ++symbol) ++count[lengths.length[symbol]];
  uint32_t next[kMaxCodeLength + 1] = {};  // the next code word of each length
  for (uint32_t length = 2; length <= kMaxCodeLength; ++length)
    next[length] = (next[length - 1] + count[length - 1]) << 1;

  // The Kraft sum is 1, so the loop writes every entry exactly once.
  for (uint32_t symbol = 0; symbol < lengths.alphabet; ++symbol) {
    const uint32_t length = lengths.length[symbol];
    if (length == 0) continue;
    const uint16_t entry = static_cast<uint16_t>(symbol << 8 | length);
    for (uint32_t i = reversed(next[length]++, length); i < kEntries; i += 1u << length) entries[i] = entry;
  }
}

}  // namespace dcm
