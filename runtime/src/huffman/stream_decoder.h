// Decodes the four interleaved bit streams of a symbol group (docs/format.md, 5.3).
#pragma once

#include <cstdint>

#include "core/status.h"
#include "format/limits.h"
#include "huffman/decode_table.h"

namespace dcm {

// Symbols of stream j when count symbols are cut into kStreams runs. Fits: count is at most kMaxChunkSymbols.
constexpr uint32_t stream_symbols(uint32_t count, uint32_t j) {
  const uint32_t run = (count + kStreams - 1) / kStreams;
  const uint32_t begin = j * run < count ? j * run : count;
  return count - begin < run ? count - begin : run;
}

// Writes count symbols (at most kMaxChunkSymbols) to symbols. The streams follow each other at bytes, stream_bytes[j]
// long each; kPayloadSlack bytes behind the last are readable too. FILE_STREAM unless each stream holds exactly its
// symbols and ends in its last byte with zero fill. A table with no symbols decodes only a count of 0.
Status decode_streams(const DecodeTable& table, const uint8_t* bytes, const uint32_t stream_bytes[kStreams],
                      uint32_t count, uint8_t* symbols);

}  // namespace dcm
