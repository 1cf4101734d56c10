// Decodes streams bit by bit, straight from docs/format.md and with nothing of the encoder's or the runtime's: slow and
// plain, so that a mistake which both of those share cannot hide.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "encoder/weight_encoder.h"

namespace dcm::encoder::test {

// 5.2
std::vector<uint8_t> naive_unpack(const std::vector<uint8_t>& packed, size_t alphabet);

// 5.1: code word, first bit first, to symbol.
std::map<std::string, uint8_t> naive_words(const std::vector<uint8_t>& lengths);

// 5.3: count symbols from the four streams at bytes.
std::vector<uint8_t> naive_streams(const uint8_t* bytes, const uint16_t* stream_bytes, size_t count,
                                   const std::vector<uint8_t>& lengths);

// 6: size elements, 0 for a pruned weight, i + 1 for centroid i.
std::vector<uint16_t> naive_sparse(const EncodedStreams& encoded, size_t size, size_t centroid_count);
std::vector<uint16_t> naive_dense_shared(const EncodedStreams& encoded, size_t size, size_t centroid_count);

}  // namespace dcm::encoder::test
