#include "plain_huffman.h"

namespace dcm::fuzz {
namespace {

// Symbols by length and value of their code words, -1 where there is none.
struct CodeWords {
  std::vector<std::vector<int>> symbol = std::vector<std::vector<int>>(12);
  uint32_t count = 0;
  uint8_t any = 0;  // a symbol that has one

  explicit CodeWords(const std::vector<uint8_t>& lengths) {
    uint32_t word = 0;
    for (uint32_t length = 1; length <= 11; ++length, word *= 2) {
      symbol[length].assign(size_t{1} << length, -1);
      for (size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] != length) continue;
        symbol[length].at(word++) = static_cast<int>(i);
        any = static_cast<uint8_t>(i);
        ++count;
      }
    }
  }
};

}  // namespace

std::optional<std::vector<uint8_t>> plain_lengths(const uint8_t* packed, size_t size, uint32_t alphabet) {
  std::vector<uint8_t> nibbles;
  for (size_t i = 0; i < size; ++i) {
    nibbles.push_back(packed[i] & 15);
    nibbles.push_back(packed[i] >> 4);
  }
  std::vector<uint8_t> lengths;
  for (size_t i = 0; i < nibbles.size(); ++i) {
    const uint8_t nibble = nibbles[i];
    if (nibble == 0 && i + 1 == nibbles.size()) break;
    if (nibble >= 13) return std::nullopt;
    if (nibble >= 1 && nibble <= 11) {
      lengths.push_back(nibble);
    } else {
      if (++i == nibbles.size()) return std::nullopt;
      if (nibble == 12 && (lengths.empty() || lengths.back() == 0)) return std::nullopt;
      const uint8_t value = nibble == 0 ? uint8_t{0} : lengths.back();
      lengths.insert(lengths.end(), nibbles[i] + (nibble == 0 ? 1u : 3u), value);
    }
    if (lengths.size() > alphabet) return std::nullopt;
  }
  lengths.resize(alphabet, 0);
  double sum = 0;  // exact: at most 256 powers of two from 2^-11
  uint32_t used = 0;
  for (const uint8_t length : lengths) {
    used += length > 0;
    if (length > 0) sum += 1.0 / static_cast<double>(1u << length);
  }
  const double wanted = used == 0 ? 0.0 : used == 1 ? 0.5 : 1.0;
  if (sum != wanted) return std::nullopt;
  return lengths;
}

std::optional<std::vector<uint8_t>> plain_symbols(const std::vector<uint8_t>& lengths, const uint8_t* bytes,
                                                  const std::array<uint32_t, 4>& stream_bytes, uint32_t count) {
  const CodeWords words(lengths);
  std::vector<uint8_t> symbols;
  if (words.count == 0 && count > 0) return std::nullopt;
  const uint32_t run = (count + 3) / 4;
  const uint8_t* stream = bytes;
  for (uint32_t j = 0; j < 4; stream += stream_bytes[j++]) {
    const uint32_t bits = 8 * stream_bytes[j];
    if (words.count <= 1) {
      if (bits != 0) return std::nullopt;
      continue;
    }
    uint32_t bit = 0;
    for (uint32_t k = 0; k < run && symbols.size() < count; ++k) {
      uint32_t word = 0, length = 0;
      do {
        if (bit == bits) return std::nullopt;
        word = word * 2 + (stream[bit / 8] >> bit % 8 & 1);
        ++bit;
        ++length;
      } while (words.symbol.at(length)[word] < 0);
      symbols.push_back(static_cast<uint8_t>(words.symbol[length][word]));
    }
    if ((bit + 7) / 8 * 8 != bits) return std::nullopt;
    for (; bit < bits; ++bit)
      if ((stream[bit / 8] >> bit % 8 & 1) != 0) return std::nullopt;
  }
  if (words.count == 1) symbols.assign(count, words.any);
  return symbols;
}

}  // namespace dcm::fuzz
