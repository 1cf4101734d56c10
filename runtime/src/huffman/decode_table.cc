#include "huffman/decode_table.h"

#include "core/bits.h"

namespace dcm {
namespace {

// Fits: words have kMaxCodeLength bits at most.
uint32_t reversed(uint32_t word, uint32_t bits) {
  uint32_t result = 0;
  for (; bits > 0; --bits, word >>= 1) result = result << 1 | (word & 1u);
  return result;
}

// Fits: the Kraft sum is 1, so that no word is longer than its length says.
void build_entries(const CodeLengths& lengths, const uint32_t* count, uint16_t* entries) {
  uint32_t next[kMaxCodeLength + 1] = {};  // the next code word of each length
  for (uint32_t length = 2; length <= kMaxCodeLength; ++length)
    next[length] = (next[length - 1] + count[length - 1]) << 1;

  // The Kraft sum is 1, so the loop writes every entry exactly once.
  for (uint32_t symbol = 0; symbol < lengths.alphabet; ++symbol) {
    const uint32_t length = lengths.length[symbol];
    if (length == 0) continue;
    const uint16_t entry = static_cast<uint16_t>(symbol << 8 | length);
    for (uint32_t i = reversed(next[length]++, length); i < DecodeTable::kEntries; i += 1u << length)
      entries[i] = entry;
  }
}

// Symbols of the average run, if symbols are as frequent as their code words are short. Fits: sums of lengths, three at
// most; the rest is floating point.
double symbols_per_run(const uint32_t* count, uint32_t run_bits) {
  double share[kMaxCodeLength + 1];  // of the symbols with code words of each length
  for (uint32_t length = 1; length <= kMaxCodeLength; ++length)
    share[length] = static_cast<double>(count[length]) / static_cast<double>(1u << length);
  double pairs = 0, triples = 0;
  for (uint32_t a = 1; a <= kMaxCodeLength; ++a)
    for (uint32_t b = 1; b <= kMaxCodeLength && a + b <= run_bits; ++b) {
      pairs += share[a] * share[b];
      for (uint32_t c = 1; c <= kMaxCodeLength && a + b + c <= run_bits; ++c) triples += share[a] * share[b] * share[c];
    }
  return 1 + pairs + triples;
}

// Costs in units of a look-up in entries, measured on x86-64: the look-up of a run with 11 or 12 bits, and to build
// one.
constexpr double kRunCost = 1.24, kWideRunCost = 1.32, kRunBuildCost = 4.2;

uint32_t choose_run_bits(const uint32_t* count, uint64_t symbols) {
  const double total = static_cast<double>(symbols);
  if (total < kRunBuildCost * (1u << DecodeTable::kRunBits)) return 0;
  const double single = total;
  const double run =
      total * kRunCost / symbols_per_run(count, DecodeTable::kRunBits) + kRunBuildCost * (1u << DecodeTable::kRunBits);
  const double wide = total * kWideRunCost / symbols_per_run(count, DecodeTable::kWideRunBits) +
                      kRunBuildCost * (1u << DecodeTable::kWideRunBits);
  if (single <= run && single <= wide) return 0;
  return run <= wide ? DecodeTable::kRunBits : DecodeTable::kWideRunBits;
}

}  // namespace

void DecodeTable::build(const CodeLengths& lengths, uint64_t symbols) {
  used = lengths.used;
  only_symbol = lengths.only_symbol;
  run_bits = 0;
  if (used <= 1) return;

  uint32_t count[kMaxCodeLength + 1] = {};  // code words of each length
  for (uint32_t symbol = 0; symbol < lengths.alphabet; ++symbol) ++count[lengths.length[symbol]];
  build_entries(lengths, count, entries);
  const uint32_t bits = choose_run_bits(count, symbols);
  if (bits != 0) build_runs(bits);
}

// Fits: the ends of three code words are 33 at most, and a run has three symbols of 8 bits.
void DecodeTable::build_runs(uint32_t bits) {
  run_bits = bits;
  for (uint32_t i = 0; i < 1u << bits; ++i) {
    // The bits behind the last are zeros here; a code word that reaches into them is known by its end.
    const uint32_t first = entries[i & (kEntries - 1)], end1 = first & 0xFFu;
    const uint32_t second = entries[i >> end1], end2 = end1 + (second & 0xFFu);
    const uint32_t third = entries[i >> end2], end3 = end2 + (third & 0xFFu);
    const uint32_t count = 1 + (end2 <= bits) + (end3 <= bits);
    const uint32_t end = end3 <= bits ? end3 : end2 <= bits ? end2 : end1;
    // A SymbolRun, in one store.
    store_le32(first >> 8 | (second & 0xFF00u) | (third & 0xFF00u) << 8 | (count << SymbolRun::kCountShift | end) << 24,
               reinterpret_cast<uint8_t*>(&runs[i]));
  }
}

}  // namespace dcm
