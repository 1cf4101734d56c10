// The numbers of docs/format.md that both the encoder and the runtime go by.
#pragma once

#include <cstdint>

namespace dcm {

// Format versions (2): the model as it stands in the flatbuffer, or packed (9).
constexpr uint32_t kPlainVersion = 1;
constexpr uint32_t kPackedVersion = 2;
constexpr uint32_t kMaxRank = 8;
constexpr uint32_t kMaxCodeLength = 11;       // bits of a Huffman code word (5.1)
constexpr uint32_t kStreams = 4;              // bit streams a symbol group is cut into (5.3)
constexpr uint32_t kMaxChunkSymbols = 65536;  // symbols a chunk may hold in each group (6)
constexpr uint32_t kMaxCentroids = 256;       // entries of a codebook (4)
constexpr uint32_t kMinGapBits = 2;
constexpr uint32_t kMaxGapBits = 8;
constexpr uint32_t kPayloadSlack = 8;        // readable bytes after the last section (4)
constexpr uint32_t kDenseAlignment = 16;     // of dense values in the payload, unless packed (4)
constexpr uint32_t kMaxWindow = 65535;       // kernel, stride, dilation, padding (3)
constexpr uint32_t kNoWeight = 0xFFFFFFFFu;  // index of a weight that an operator does without (3)

}  // namespace dcm
