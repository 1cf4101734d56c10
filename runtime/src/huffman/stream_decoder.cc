#include "huffman/stream_decoder.h"

#include <cstring>

#include "core/bits.h"
#include "core/cpu_features.h"
#include "core/unroll.h"

namespace dcm {
namespace {

constexpr uint32_t kIndexMask = DecodeTable::kEntries - 1;
// Bits that a refill always gives: a load of 64 minus 7 for the offset within a byte.
constexpr uint32_t kRefillBits = 57;

// Where one stream stands. Bits are counted from the group's first byte.
struct Stream {
  uint32_t bit;      // next bit
  uint32_t end_bit;  // first bit behind the stream's last byte
  uint32_t left;     // symbols not yet decoded
  uint8_t* out;      // where the next symbol goes
};

// The next bits of a stream, with a marker in the top bit: after shifts by n bits in all, its leading zeros are n. The
// marker hides no bit that a round needs. Fits: the bit lies in the payload or its slack.
inline uint64_t refill(const uint8_t* bytes, uint32_t bit) {
  return load_le64(bytes + (bit >> 3)) >> (bit & 7u) | uint64_t{1} << 63;
}

// One symbol a look-up. Fits: safe_rounds() has seen that the symbols and the bits are there.
struct SingleSymbols {
  static constexpr uint32_t kLookUps = kRefillBits / kMaxCodeLength;  // between two refills
  static constexpr uint32_t kBits = kLookUps * kMaxCodeLength;
  static constexpr uint32_t kSymbols = kLookUps;
  static constexpr uint32_t kBehind = 0;  // bytes that may be written behind the last symbol

  const uint16_t* entries;

  // Decodes the next of the bits of each stream; look_up counts from the refill on. All of one step for each stream,
  // then all of the next, is the fastest order here.
  void look_up(uint64_t* bits, uint8_t** out, uint32_t look_up) const {
    uint32_t entry[kStreams];
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) entry[j] = entries[bits[j] & kIndexMask];
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) bits[j] >>= entry[j] & 63u;
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) out[j][look_up] = static_cast<uint8_t>(entry[j] >> 8);
  }
  static void end_round(uint8_t*& out) { out += kLookUps; }
};

// A run a look-up. Fits: safe_rounds() has seen that the longest runs are there.
template <uint32_t run_bits>
struct SymbolRuns {
  static constexpr uint32_t kLookUps = kRefillBits / run_bits;
  static constexpr uint32_t kBits = kLookUps * run_bits;
  static constexpr uint32_t kSymbols = kLookUps * SymbolRun::kMost;
  static constexpr uint32_t kBehind = sizeof(SymbolRun) - SymbolRun::kMost;

  const SymbolRun* runs;

  void look_up(uint64_t* bits, uint8_t** out, uint32_t) const {
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) {
      const SymbolRun& run = runs[bits[j] & ((1u << run_bits) - 1)];
      const uint64_t step = run.step;  // a second load costs less than taking the first apart
      std::memcpy(out[j], &run, sizeof run);
      bits[j] >>= step & 63u;
      out[j] += step >> SymbolRun::kCountShift;
    }
  }
  static void end_round(uint8_t*&) {}
};

// Decodes rounds rounds of four streams with no check at all: the caller has seen that they are safe. The chains of
// look-ups of the streams run side by side. Fits: the bits are there, see safe_rounds().
template <typename Table>
[[gnu::always_inline]] inline void decode_rounds_inline(const Table table, const uint8_t* bytes, Stream* const* streams,
                                                        uint32_t rounds) {
  uint64_t bits[kStreams];
  uint32_t bit[kStreams];
  uint8_t* out[kStreams];
  DCM_UNROLL
  for (uint32_t j = 0; j < kStreams; ++j) {
    bit[j] = streams[j]->bit;
    out[j] = streams[j]->out;
  }
  for (; rounds > 0; --rounds) {
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) bits[j] = refill(bytes, bit[j]);
    DCM_UNROLL
    for (uint32_t i = 0; i < Table::kLookUps; ++i) table.look_up(bits, out, i);
    DCM_UNROLL
    for (uint32_t j = 0; j < kStreams; ++j) {
      bit[j] += leading_zeros(bits[j]);
      Table::end_round(out[j]);
    }
  }
  DCM_UNROLL
  for (uint32_t j = 0; j < kStreams; ++j) {
    streams[j]->bit = bit[j];
    streams[j]->left -= static_cast<uint32_t>(out[j] - streams[j]->out);
    streams[j]->out = out[j];
  }
}

template <typename Table>
[[gnu::noinline]] void decode_rounds(const Table table, const uint8_t* bytes, Stream* const* streams, uint32_t rounds) {
  decode_rounds_inline(table, bytes, streams, rounds);
}

#if defined(__x86_64__)
// The leading zeros of a word take one instruction more on x86-64 than the compiler may assume, and a slow one on AMD's
// processors: 5 % of the decoder's time.
template <typename Table>
[[gnu::noinline, gnu::target("lzcnt")]] void decode_rounds_lzcnt(const Table table, const uint8_t* bytes,
                                                                 Stream* const* streams, uint32_t rounds) {
  decode_rounds_inline(table, bytes, streams, rounds);
}
#endif

template <typename Table>
auto fastest_decode_rounds() {
#if defined(__x86_64__)
  if (cpu_features().lzcnt) return decode_rounds_lzcnt<Table>;
#endif
  return decode_rounds<Table>;
}

// Rounds that a stream can take whatever its bits are: it has the bits and the symbols, and what is written behind the
// last symbol is the stream's own too, since the next stream's first symbols are there already.
template <typename Table>
uint32_t safe_rounds(const Stream& stream) {
  const uint32_t by_bits = (stream.end_bit - stream.bit) / Table::kBits;
  const uint32_t by_symbols = stream.left > Table::kBehind ? (stream.left - Table::kBehind) / Table::kSymbols : 0;
  return by_bits < by_symbols ? by_bits : by_symbols;
}

// Decodes all but the ends of the streams. Runs of one stream may be longer than those of another, so that it ends
// earlier; from then on its place is taken by a shadow of another, whose symbols nobody wants.
template <typename Table>
void decode_most(const Table table, const uint8_t* bytes, Stream* streams) {
  constexpr uint32_t kShadowRounds = 64;
  uint8_t unwanted[kShadowRounds * Table::kSymbols + Table::kBehind];
  const auto decode = fastest_decode_rounds<Table>();
  for (;;) {
    // Most symbols take fewer bits and most runs are shorter than they might be, so more rounds turn out to be safe
    // after these.
    uint32_t safe[kStreams], rounds = ~0u;
    const Stream* going_on = nullptr;
    for (uint32_t j = 0; j < kStreams; ++j) {
      safe[j] = safe_rounds<Table>(streams[j]);
      if (safe[j] == 0) continue;
      going_on = &streams[j];
      if (safe[j] < rounds) rounds = safe[j];
    }
    if (going_on == nullptr) return;

    Stream shadow = *going_on;
    Stream* together[kStreams];
    for (uint32_t j = 0; j < kStreams; ++j) together[j] = safe[j] > 0 ? &streams[j] : &shadow;
    for (uint32_t j = 0; j < kStreams; ++j)
      if (safe[j] == 0 && rounds > kShadowRounds) rounds = kShadowRounds;
    shadow.out = unwanted;
    decode(table, bytes, together, rounds);
  }
}

// Decodes the rest of one stream, a check a symbol, and checks its end. Fits: no step leaves
// the stream's bytes.
Status finish_stream(const uint16_t* entries, const uint8_t* bytes, Stream stream, uint32_t j) {
  for (; stream.left > 0; --stream.left) {
    const uint32_t entry = entries[refill(bytes, stream.bit) & kIndexMask];
    const uint32_t length = entry & 0xFFu;
    if (length > stream.end_bit - stream.bit)
      return Status::error(DCM_FILE_STREAM, "stream %u ends %u symbols early", j, stream.left);
    stream.bit += length;
    *stream.out++ = static_cast<uint8_t>(entry >> 8);
  }
  const uint32_t rest = stream.end_bit - stream.bit;
  if (rest >= 8) return Status::error(DCM_FILE_STREAM, "stream %u has %u bytes behind its last symbol", j, rest / 8);
  if (rest > 0 && bytes[stream.bit >> 3] >> (stream.bit & 7u) != 0)
    return Status::error(DCM_FILE_STREAM, "stream %u has bits set behind its last symbol", j);
  return {};
}

}  // namespace

// Fits: a stream has 16 bits of bytes, so four have 22 bits of bits; there is room for count symbols.
Status decode_streams(const DecodeTable& table, const uint8_t* bytes, const uint32_t stream_bytes[kStreams],
                      uint32_t count, uint8_t* symbols) {
  if (table.used <= 1) {
    if (table.used == 0 && count > 0)
      return Status::error(DCM_FILE_STREAM, "%u symbols of a code that has none", count);
    for (uint32_t j = 0; j < kStreams; ++j)
      if (stream_bytes[j] != 0)
        return Status::error(DCM_FILE_STREAM, "stream %u has %u bytes, expected 0 for a code of one symbol", j,
                             stream_bytes[j]);
    if (count > 0) std::memset(symbols, table.only_symbol, count);
    return {};
  }

  Stream streams[kStreams];
  uint32_t bit = 0;
  for (uint32_t j = 0; j < kStreams; ++j) {
    streams[j].bit = bit;
    streams[j].end_bit = bit += stream_bytes[j] * 8;
    streams[j].left = stream_symbols(count, j);
    streams[j].out = symbols;
    symbols += streams[j].left;
  }
  if (table.run_bits == DecodeTable::kRunBits)
    decode_most(SymbolRuns<DecodeTable::kRunBits>{table.runs}, bytes, streams);
  else if (table.run_bits == DecodeTable::kWideRunBits)
    decode_most(SymbolRuns<DecodeTable::kWideRunBits>{table.runs}, bytes, streams);
  else
    decode_most(SingleSymbols{table.entries}, bytes, streams);
  for (uint32_t j = 0; j < kStreams; ++j) DCM_TRY(finish_stream(table.entries, bytes, streams[j], j));
  return {};
}

}  // namespace dcm
