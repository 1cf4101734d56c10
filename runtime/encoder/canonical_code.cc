#include "encoder/canonical_code.h"

#include <stdexcept>

#include "format/limits.h"

namespace dcm::encoder {
namespace {

uint16_t reversed(uint32_t word, uint32_t length) {
  uint32_t result = 0;
  for (uint32_t bit = 0; bit < length; ++bit) result |= (word >> bit & 1u) << (length - 1 - bit);
  return static_cast<uint16_t>(result);
}

}  // namespace

CanonicalCode canonical_code(const std::vector<uint8_t>& lengths) {
  CanonicalCode code;
  if (lengths.size() > code.lengths.size()) throw std::invalid_argument("canonical_code: more than 256 symbols");
  size_t occurring = 0;
  for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    if (lengths[symbol] > kMaxCodeLength) throw std::invalid_argument("canonical_code: a code length above 11");
    code.lengths[symbol] = lengths[symbol];
    occurring += lengths[symbol] != 0 ? 1u : 0u;
  }
  if (occurring == 0) return code;

  uint32_t next = 0;
  for (uint32_t length = 1; length <= kMaxCodeLength; ++length) {
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] == length) code.words[symbol] = reversed(next++, length);
    }
    if (next > 1u << length) throw std::invalid_argument("canonical_code: the code is over-subscribed");
    next <<= 1;
  }
  code.lone = occurring == 1 && next == 1u << kMaxCodeLength;  // half the code space, so its length is 1
  if (!code.lone && next != 2u << kMaxCodeLength) throw std::invalid_argument("canonical_code: the code is incomplete");
  return code;
}

uint64_t coded_bits(const CanonicalCode& code, const std::vector<uint64_t>& counts) {
  uint64_t bits = 0;
  if (code.lone) return bits;
  for (size_t symbol = 0; symbol < counts.size(); ++symbol) bits += counts[symbol] * code.lengths[symbol];
  return bits;
}

}  // namespace dcm::encoder
