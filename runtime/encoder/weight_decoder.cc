#include "encoder/weight_decoder.h"

#include <optional>

#include "encoder/symbol_counts.h"
#include "huffman/code_lengths.h"
#include "huffman/decode_table.h"
#include "huffman/stream_decoder.h"

namespace dcm::encoder {
namespace {

void check(const Status& status) {
  if (!status.ok()) throw DecodeError(status);
}

void require(bool holds, dcm_code code, const char* text) {
  if (!holds) throw DecodeError(Status::error(code, "%s", text));
}

// A Huffman code of the file, what it has decoded and what that took.
struct Group {
  CodeLengths lengths;
  DecodeTable table;
  std::vector<uint8_t> symbols;  // of the present chunk
  std::vector<uint64_t> counts;
  uint64_t bytes = 0;

  // total: symbols of all chunks.
  Group(const std::vector<uint8_t>& packed, uint32_t alphabet, uint64_t total) : counts(alphabet) {
    check(unpack_code_lengths(packed.data(), packed.size(), alphabet, &lengths));
    table.build(lengths, total);
  }

  // Decodes the streams at position, which then moves behind them.
  void decode(const uint16_t (&stream_bytes)[kStreams], uint32_t count, const uint8_t*& position) {
    uint32_t sizes[kStreams];
    size_t total = 0;
    for (uint32_t stream = 0; stream < kStreams; ++stream) total += sizes[stream] = stream_bytes[stream];
    symbols.resize(count);
    check(decode_streams(table, position, sizes, count, symbols.data()));
    for (uint8_t symbol : symbols) ++counts[symbol];
    position += total;
    bytes += total;
  }

  StreamStatistics statistics() const {
    StreamStatistics result;
    result.bytes = bytes;
    result.entropy_bits = entropy_bits(counts);
    for (size_t symbol = 0; symbol < counts.size(); ++symbol) {
      result.symbols += counts[symbol];
      if (lengths.used > 1) result.bits += counts[symbol] * lengths.length[symbol];
    }
    return result;
  }
};

const uint8_t* chunk_bytes(const CodedWeight& coded, const ChunkRecord& chunk) {
  size_t total = kPayloadSlack;
  for (uint32_t stream = 0; stream < kStreams; ++stream)
    total += size_t{chunk.gap_bytes[stream]} + chunk.code_bytes[stream];
  require(total <= coded.payload_size && chunk.offset <= coded.payload_size - total, DCM_FILE_STRUCTURE,
          "a chunk leaves the payload");
  require(chunk.gap_count <= kMaxChunkSymbols && chunk.code_count <= kMaxChunkSymbols, DCM_FILE_STRUCTURE,
          "a chunk has too many symbols");
  return coded.payload + chunk.offset;
}

}  // namespace

DecodedWeight decode_weight(const CodedWeight& coded, size_t size) {
  const bool sparse = coded.gap_bits != 0;
  require(!sparse || (coded.gap_bits >= kMinGapBits && coded.gap_bits <= kMaxGapBits), DCM_FILE_STRUCTURE,
          "gap_bits is not 2..8");
  require(coded.centroid_count <= kMaxCentroids, DCM_FILE_STRUCTURE, "more than 256 centroids");
  uint64_t gap_total = 0, code_total = 0;
  for (size_t i = 0; i < coded.chunk_count; ++i) {
    gap_total += coded.chunks[i].gap_count;
    code_total += coded.chunks[i].code_count;
  }
  Group codes(coded.code_lengths, coded.centroid_count, code_total);
  std::optional<Group> gaps;
  if (sparse) gaps.emplace(coded.gap_lengths, 1u << coded.gap_bits, gap_total);
  const uint32_t skip = (1u << coded.gap_bits) - 1;

  DecodedWeight decoded;
  decoded.weights.resize(size);
  size_t position = 0;
  for (size_t i = 0; i < coded.chunk_count; ++i) {
    const ChunkRecord& chunk = coded.chunks[i];
    require(chunk.start == position, DCM_FILE_INDEX, "a chunk does not start where the one before ends");
    const uint8_t* bytes = chunk_bytes(coded, chunk);
    if (gaps) gaps->decode(chunk.gap_bytes, chunk.gap_count, bytes);
    codes.decode(chunk.code_bytes, chunk.code_count, bytes);
    if (!gaps) {
      require(codes.symbols.size() <= size - position, DCM_FILE_INDEX, "more codes than weights");
      for (uint8_t code : codes.symbols) decoded.weights[position++] = code;
      continue;
    }
    size_t next = 0;
    for (uint8_t gap : gaps->symbols) {
      position += gap;
      if (gap == skip) continue;
      require(position < size && next < codes.symbols.size(), DCM_FILE_INDEX, "a relative index leaves the weight");
      decoded.weights[position++] = static_cast<uint16_t>(codes.symbols[next++] + 1);
    }
    require(next == codes.symbols.size() && next > 0 && gaps->symbols.back() != skip, DCM_FILE_INDEX,
            "gaps and codes do not match");
  }
  require(sparse || position == size, DCM_FILE_INDEX, "fewer codes than weights");
  if (gaps) decoded.gaps = gaps->statistics();
  decoded.codes = codes.statistics();
  return decoded;
}

}  // namespace dcm::encoder
