#include "encoder/stream_writer.h"

#include <algorithm>

namespace dcm::encoder {
namespace {

// Writes the words of the symbols at bytes, the first bit in bit 0; returns the end. Room for 4 bytes past the end is
// needed.
uint8_t* write_stream(const uint8_t* symbols, size_t size, const CanonicalCode& code, uint8_t* bytes) {
  uint64_t pending = 0;  // bits not yet written
  uint32_t bits = 0;     // how many: below 32 between symbols
  for (size_t i = 0; i < size; ++i) {
    pending |= static_cast<uint64_t>(code.words[symbols[i]]) << bits;
    bits += code.lengths[symbols[i]];
    if (bits >= 32) {
      for (uint32_t byte = 0; byte < 4; ++byte) bytes[byte] = static_cast<uint8_t>(pending >> (8 * byte));
      bytes += 4;
      pending >>= 32;
      bits -= 32;
    }
  }
  for (; bits > 0; bits -= std::min(bits, 8u)) {
    *bytes++ = static_cast<uint8_t>(pending);
    pending >>= 8;
  }
  return bytes;
}

}  // namespace

std::array<uint16_t, kStreams> write_streams(const uint8_t* symbols, size_t size, const CanonicalCode& code,
                                             std::vector<uint8_t>& out) {
  std::array<uint16_t, kStreams> stream_bytes{};
  if (code.lone) return stream_bytes;
  const size_t run = (size + kStreams - 1) / kStreams;
  for (size_t stream = 0; stream < kStreams; ++stream) {
    const size_t begin = std::min(stream * run, size);
    const size_t end = std::min(begin + run, size);
    const size_t offset = out.size();
    out.resize(offset + ((end - begin) * kMaxCodeLength + 7) / 8 + 4);
    const uint8_t* stop = write_stream(symbols + begin, end - begin, code, out.data() + offset);
    stream_bytes[stream] = static_cast<uint16_t>(stop - (out.data() + offset));
    out.resize(offset + stream_bytes[stream]);
  }
  return stream_bytes;
}

}  // namespace dcm::encoder
