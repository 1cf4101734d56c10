#include "encoder/symbol_streams.h"

#include <algorithm>

#include "encoder/canonical_code.h"
#include "encoder/package_merge.h"
#include "encoder/packed_lengths.h"
#include "encoder/stream_writer.h"
#include "encoder/symbol_counts.h"
#include "encoder/weight_decoder.h"
#include "huffman/decode_table.h"
#include "huffman/stream_decoder.h"

namespace dcm::encoder {
namespace {

size_t symbols_at(size_t begin, size_t size) {
  return std::min<size_t>(size - begin, kMaxChunkSymbols);
}

}  // namespace

SymbolStreams encode_symbols(const uint8_t* symbols, size_t size) {
  const std::vector<uint8_t> lengths = package_merge(count_symbols(symbols, size, kMaxAlphabet), kMaxCodeLength);
  const CanonicalCode code = canonical_code(lengths);
  const std::vector<uint8_t> packed = pack_lengths(lengths);
  SymbolStreams streams;
  streams.size = size;
  const Status status = unpack_code_lengths(packed.data(), packed.size(), kMaxAlphabet, &streams.lengths);
  if (!status.ok()) throw DecodeError(status);
  for (size_t begin = 0; begin < size; begin += kMaxChunkSymbols)
    streams.stream_bytes.push_back(write_streams(symbols + begin, symbols_at(begin, size), code, streams.payload));
  streams.payload.resize(streams.payload.size() + kPayloadSlack);
  return streams;
}

void decode_symbols(const SymbolStreams& streams, uint8_t* symbols) {
  DecodeTable table;
  table.build(streams.lengths, streams.size);
  const uint8_t* bytes = streams.payload.data();
  size_t begin = 0;
  for (const std::array<uint16_t, kStreams>& chunk : streams.stream_bytes) {
    uint32_t sizes[kStreams];
    std::copy(chunk.begin(), chunk.end(), sizes);
    const size_t count = symbols_at(begin, streams.size);
    const Status status = decode_streams(table, bytes, sizes, static_cast<uint32_t>(count), symbols + begin);
    if (!status.ok()) throw DecodeError(status);
    for (uint32_t size : sizes) bytes += size;
    begin += count;
  }
}

}  // namespace dcm::encoder
