#include "encoder/weight_decoder.h"

#include <optional>

#include "encoder/symbol_counts.h"
#include "format/gap_form.h"
#include "format/gap_group.h"
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

// The gaps of a sparse weight, coded one by one or in pairs.
class GapReader {
 public:
  std::vector<uint8_t> symbols;  // of the present chunk

  GapReader(const std::vector<uint8_t>& packed, GapForm form, uint64_t total)
      : form_(form), coded_(packed, form.alphabet(), form.pairs ? total / 2 : total), counts_(form.skip() + 1) {}

  void decode(const uint16_t (&stream_bytes)[kStreams], uint32_t count, const uint8_t*& position) {
    coded_.decode(stream_bytes, form_.coded(count), position);
    symbols = coded_.symbols;
    if (form_.pairs) {
      symbols.resize(2 * coded_.symbols.size());
      split_gap_pairs(coded_.symbols.data(), form_.coded(count), form_.bits, symbols.data());
      require(symbols.size() == count || symbols.back() == 0, DCM_FILE_INDEX, "the last pair of gaps is no pair");
      symbols.resize(count);
    }
    for (uint8_t symbol : symbols) ++counts_[symbol];
  }

  // Of the gap symbols, whatever is coded.
  StreamStatistics statistics() const {
    StreamStatistics result = coded_.statistics();
    result.entropy_bits = entropy_bits(counts_);
    result.symbols = 0;
    for (uint64_t count : counts_) result.symbols += count;
    return result;
  }

 private:
  GapForm form_;
  Group coded_;
  std::vector<uint64_t> counts_;
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
  const GapForm form = GapForm::of(coded.gap_bits);
  require(!sparse || form.valid(), DCM_FILE_STRUCTURE, "gap_bits is not 2..8 or 18..20");
  require(coded.centroid_count <= kMaxCentroids, DCM_FILE_STRUCTURE, "more than 256 centroids");
  uint64_t gap_total = 0, code_total = 0;
  for (size_t i = 0; i < coded.chunk_count; ++i) {
    gap_total += coded.chunks[i].gap_count;
    code_total += coded.chunks[i].code_count;
  }
  Group codes(coded.code_lengths, coded.centroid_count, code_total);
  std::optional<GapReader> gaps;
  if (sparse) gaps.emplace(coded.gap_lengths, form, gap_total);
  const uint32_t skip = form.skip();

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
