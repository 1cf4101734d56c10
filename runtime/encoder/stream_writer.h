// Four bit streams from one group of symbols (format.md, 5.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoder/canonical_code.h"
#include "format/limits.h"

namespace dcm::encoder {

// Appends the streams of size symbols (at most kMaxChunkSymbols, each with a word in the code) to out, one after the
// other, and returns the bytes of each.
std::array<uint16_t, kStreams> write_streams(const uint8_t* symbols, size_t size, const CanonicalCode& code,
                                             std::vector<uint8_t>& out);

}  // namespace dcm::encoder
