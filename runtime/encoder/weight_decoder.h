// Codes back from the streams, for the compiler's reader and the tests, by the runtime's own Huffman decoder. (The
// runtime itself decodes into its resident form and never spells codes out.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "core/status.h"
#include "encoder/weight_encoder.h"

namespace dcm::encoder {

// Why streams do not decode: a dcm_code of the 1xx band and its text.
class DecodeError : public std::runtime_error {
 public:
  explicit DecodeError(const Status& status) : std::runtime_error(status.text()), code(status.code()) {}
  const dcm_code code;
};

// Streams as they lie in a file.
struct CodedWeight {
  const uint8_t* payload;  // what the chunks' offsets count from
  size_t payload_size;     // kPayloadSlack bytes after the last chunk included
  const ChunkRecord* chunks;
  size_t chunk_count;
  uint32_t gap_bits;  // as the file has it (GapForm); 0: dense shared
  std::vector<uint8_t> gap_lengths;
  std::vector<uint8_t> code_lengths;
  uint32_t centroid_count;
};

struct DecodedWeight {
  // Row-major. Sparse: 0 for a pruned weight, i + 1 for centroid i. Dense shared: the centroid's index.
  std::vector<uint16_t> weights;
  StreamStatistics gaps;
  StreamStatistics codes;
};

// A tensor of size elements. Throws DecodeError for any stream, count or position that breaks the format; checksums are
// not compared.
DecodedWeight decode_weight(const CodedWeight& coded, size_t size);

}  // namespace dcm::encoder
