#include "huffman/code_lengths.h"

#include "format/limits.h"

namespace dcm {
namespace {

constexpr uint32_t kRepeat = 12;  // nibble: the length just given, r + kRepeatBase times more
constexpr uint32_t kRepeatBase = 3;
constexpr uint32_t kAbsentBase = 1;                // nibble 0: r + kAbsentBase symbols do not occur
constexpr uint32_t kWhole = 1u << kMaxCodeLength;  // Kraft sum 1, in units of 2^-11

uint32_t nibble(const uint8_t* packed, size_t i) {
  return (packed[i / 2] >> (i % 2 * 4)) & 15u;
}

Status unpack(const uint8_t* packed, size_t size, CodeLengths* lengths) {
  const size_t count = 2 * size;  // Fits: a file has 2^31 bytes at most
  uint32_t symbol = 0;
  uint32_t last = 0;  // the length that nibble 12 repeats; 0: none
  for (size_t i = 0; i < count;) {
    const uint32_t n = nibble(packed, i++);
    if (n == 0 && i == count) break;  // padding
    uint32_t run = 1;
    if (n == 0 || n == kRepeat) {
      if (i == count) return Status::error(DCM_FILE_HUFFMAN, "packed code lengths end inside a run");
      // Fits: 15 and 3 at most.
      run = nibble(packed, i++) + (n == 0 ? kAbsentBase : kRepeatBase);
    }
    if (n == 0) {
      last = 0;
    } else if (n <= kMaxCodeLength) {
      last = n;
    } else if (n > kRepeat) {
      return Status::error(DCM_FILE_HUFFMAN, "packed code lengths hold the nibble %u, which means nothing", n);
    } else if (last == 0) {
      return Status::error(DCM_FILE_HUFFMAN, "packed code lengths repeat a length before one is given");
    }
    if (run > lengths->alphabet - symbol)
      return Status::error(DCM_FILE_HUFFMAN, "packed code lengths go past the alphabet of %u symbols",
                           lengths->alphabet);
    for (; run > 0; --run) lengths->length[symbol++] = static_cast<uint8_t>(last);
  }
  return {};
}

}  // namespace

Status unpack_code_lengths(const uint8_t* packed, size_t size, uint32_t alphabet, CodeLengths* lengths) {
  *lengths = CodeLengths{};
  lengths->alphabet = alphabet;
  DCM_TRY(unpack(packed, size, lengths));

  uint32_t kraft = 0;
  uint32_t shortest = kMaxCodeLength, longest = 0;
  for (uint32_t symbol = 0; symbol < alphabet; ++symbol) {
    const uint32_t length = lengths->length[symbol];
    if (length == 0) continue;
    ++lengths->used;
    lengths->only_symbol = static_cast<uint8_t>(symbol);
    kraft += kWhole >> length;  // Fits: kMaxAlphabet times half of kWhole at most
    if (length < shortest) shortest = length;
    if (length > longest) longest = length;
  }
  if (lengths->used == 0) return {};
  if (lengths->used == 1) {
    if (longest != 1)
      return Status::error(DCM_FILE_HUFFMAN, "a Huffman code of one symbol has length %u, expected 1", longest);
    return {};
  }
  if (kraft != kWhole)
    return Status::error(DCM_FILE_HUFFMAN, "a Huffman code is %s: its Kraft sum is %u / %u",
                         kraft > kWhole ? "over-subscribed" : "under-subscribed", kraft, kWhole);
  lengths->shortest = shortest;
  lengths->longest = longest;
  return {};
}

}  // namespace dcm
