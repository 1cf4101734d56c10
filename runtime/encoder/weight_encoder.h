// A whole weight tensor into the streams, tables and chunks of format.md, sections 5 and 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "format/limits.h"

namespace dcm::encoder {

// One Chunk of schemas/dcmobile.fbs, in its layout.
struct ChunkRecord {
  uint32_t start;
  uint32_t gap_count;
  uint32_t code_count;
  uint32_t offset;  // counted from the start of the tensor's own payload
  uint32_t crc32c;
  uint16_t gap_bytes[kStreams];
  uint16_t code_bytes[kStreams];
};
static_assert(sizeof(ChunkRecord) == 36, "the layout of the file");

// What one kind of symbol (gaps or codes) takes.
struct StreamStatistics {
  uint64_t symbols = 0;     // how many, skips included
  double entropy_bits = 0;  // what an ideal order-0 coder needs for all of them
  uint64_t bits = 0;        // what the Huffman code takes for all of them
  uint64_t bytes = 0;       // the same, with each stream filled to whole bytes
};

struct EncodedStreams {
  uint32_t gap_bits = 0;              // as the file has it: GapForm; 0 in a dense shared weight
  std::vector<uint8_t> gap_lengths;   // packed
  std::vector<uint8_t> code_lengths;  // packed
  std::vector<ChunkRecord> chunks;
  std::vector<uint8_t> payload;
  StreamStatistics gaps;
  StreamStatistics codes;

  // Bytes in a packed file (format.md, section 9) whose payload is this one: payload, chunk records, packed lengths.
  uint64_t file_bytes() const;
};

// codes: size elements, row-major, 0 for a pruned weight, i + 1 for centroid i of centroid_count (0..256). Of the gap
// widths 2..8 the one with the fewest file_bytes() is taken, the narrower of equals. pairs: gaps are coded in pairs
// where that saves 1/256 of the bytes or more, which takes a file of version 2. Empty if no width can carry the
// tensor: that needs a run of more than 16,711,679 zeros before a non-zero. Throws std::invalid_argument for a code out
// of range, std::length_error for a payload above 2^31 - 1 bytes.
std::optional<EncodedStreams> encode_sparse(const uint16_t* codes, size_t size, size_t centroid_count,
                                            bool pairs = false);

// codes: size elements, row-major, each an index below centroid_count (1..256). Throws as encode_sparse.
EncodedStreams encode_dense_shared(const uint16_t* codes, size_t size, size_t centroid_count);

}  // namespace dcm::encoder
