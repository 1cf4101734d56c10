// Any symbols through the file's Huffman coding and back, without a weight around them: for measuring the code and the
// decoder by themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/limits.h"
#include "huffman/code_lengths.h"

namespace dcm::encoder {

// Chunks of kMaxChunkSymbols symbols (the last may be shorter), each with its four streams, under one optimal code.
struct SymbolStreams {
  CodeLengths lengths;
  std::vector<std::array<uint16_t, kStreams>> stream_bytes;  // of each chunk
  std::vector<uint8_t> payload;                              // the chunks one after the other, then the slack
  size_t size = 0;                                           // symbols
};

SymbolStreams encode_symbols(const uint8_t* symbols, size_t size);

// Writes streams.size symbols, by the runtime's decoder; builds the table first, as loading does for each weight.
// Throws DecodeError (encoder/weight_decoder.h) for streams that encode_symbols did not make.
void decode_symbols(const SymbolStreams& streams, uint8_t* symbols);

}  // namespace dcm::encoder
