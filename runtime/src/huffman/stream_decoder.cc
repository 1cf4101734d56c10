#include "huffman/stream_decoder.h"

#include <cstring>

#include "core/bits.h"

namespace dcm {
namespace {

constexpr uint32_t kIndexMask = DecodeTable::kEntries - 1;
constexpr uint32_t kRound = 5;  // symbols a stream between two refills
constexpr uint32_t kRoundBits =
    kRound * kMaxCodeLength;  // 55: what a load of 64 bits minus 7 for the bit offset can always serve

// Where one stream stands. Bits are counted from the group's first byte.
struct Stream {
  uint32_t bit;      // next bit
  uint32_t end_bit;  // first bit behind the stream's last byte
  uint32_t left;     // symbols not yet decoded
  uint8_t* out;      // where the next symbol goes
};

// The next bits of a stream, with a marker in the top bit: after shifts by n bits in all, its leading zeros are n. The
// marker hides no bit that a round needs.
inline uint64_t refill(const uint8_t* bytes, uint32_t bit) {
  return load_le64(bytes + (bit >> 3)) >> (bit & 7u) | uint64_t{1} << 63;
}

// Decodes rounds * kRound symbols of each stream with no check at all: the caller has seen that each stream has
// rounds * kRoundBits bits left.
inline void decode_rounds(const uint16_t* entries, const uint8_t* bytes, Stream* streams, uint32_t rounds) {
  uint32_t bit0 = streams[0].bit, bit1 = streams[1].bit, bit2 = streams[2].bit, bit3 = streams[3].bit;
  uint8_t *out0 = streams[0].out, *out1 = streams[1].out, *out2 = streams[2].out, *out3 = streams[3].out;
  for (uint32_t round = 0; round < rounds; ++round) {
    uint64_t bits0 = refill(bytes, bit0), bits1 = refill(bytes, bit1);
    uint64_t bits2 = refill(bytes, bit2), bits3 = refill(bytes, bit3);
    for (uint32_t i = 0; i < kRound; ++i) {  // unrolled by the compiler; four chains of look-ups run side by side
      const uint32_t entry0 = entries[bits0 & kIndexMask], entry1 = entries[bits1 & kIndexMask];
      const uint32_t entry2 = entries[bits2 & kIndexMask], entry3 = entries[bits3 & kIndexMask];
      bits0 >>= entry0 & 63u;
      bits1 >>= entry1 & 63u;
      bits2 >>= entry2 & 63u;
      bits3 >>= entry3 & 63u;
      out0[i] = static_cast<uint8_t>(entry0 >> 8);
      out1[i] = static_cast<uint8_t>(entry1 >> 8);
      out2[i] = static_cast<uint8_t>(entry2 >> 8);
      out3[i] = static_cast<uint8_t>(entry3 >> 8);
    }
    bit0 += leading_zeros(bits0);
    bit1 += leading_zeros(bits1);
    bit2 += leading_zeros(bits2);
    bit3 += leading_zeros(bits3);
    out0 += kRound;
    out1 += kRound;
    out2 += kRound;
    out3 += kRound;
  }
  const uint32_t bit[kStreams] = {bit0, bit1, bit2, bit3};
  for (uint32_t j = 0; j < kStreams; ++j) {
    streams[j].bit = bit[j];
    streams[j].out += rounds * kRound;
    streams[j].left -= rounds * kRound;
  }
}

// Rounds that every stream can take whatever its bits are.
uint32_t safe_rounds(const Stream* streams) {
  uint32_t rounds = ~0u;
  for (uint32_t j = 0; j < kStreams; ++j) {
    const uint32_t by_bits = (streams[j].end_bit - streams[j].bit) / kRoundBits, by_symbols = streams[j].left / kRound;
    if (by_bits < rounds) rounds = by_bits;
    if (by_symbols < rounds) rounds = by_symbols;
  }
  return rounds;
}

// Decodes the rest of one stream, a check a symbol, and checks its end.
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
  // Code words are mostly shorter than 11 bits, so more rounds turn out to be safe after each batch of them.
  for (uint32_t rounds = safe_rounds(streams); rounds > 0; rounds = safe_rounds(streams))
    decode_rounds(table.entries, bytes, streams, rounds);
  for (uint32_t j = 0; j < kStreams; ++j) DCM_TRY(finish_stream(table.entries, bytes, streams[j], j));
  return {};
}

}  // namespace dcm
