#include "plain_huffman.h"

#include <map>
#include <string>

namespace dcm::fuzz {
namespace {

// Code words as texts of 0 and 1.
std::map<std::string, uint8_t> code_words(const std::vector<uint8_t>& lengths) {
  std::map<std::string, uint8_t> symbols;
  std::string word;
  for (uint8_t length = 1; length <= 11; ++length)
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != length) continue;
      if (!word.empty()) {  // the one before plus one
        const size_t zero = word.rfind('0');
        if (zero == std::string::npos) return symbols;
        word[zero] = '1';
        for (size_t i = zero + 1; i < word.size(); ++i) word[i] = '0';
      }
      word.resize(length, '0');
      symbols[word] = static_cast<uint8_t>(symbol);
    }
  return symbols;
}

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
  const std::map<std::string, uint8_t> words = code_words(lengths);
  std::vector<uint8_t> symbols;
  if (words.empty() && count > 0) return std::nullopt;
  const uint32_t run = (count + 3) / 4;
  const uint8_t* stream = bytes;
  for (uint32_t j = 0; j < 4; stream += stream_bytes[j++]) {
    const uint32_t bits = 8 * stream_bytes[j];
    if (words.size() <= 1) {
      if (bits != 0) return std::nullopt;
      continue;
    }
    uint32_t bit = 0;
    for (uint32_t k = 0; k < run && symbols.size() < count; ++k) {
      std::string word;
      do {
        if (bit == bits) return std::nullopt;
        word.push_back((stream[bit / 8] >> bit % 8 & 1) != 0 ? '1' : '0');
        ++bit;
      } while (words.count(word) == 0);
      symbols.push_back(words.at(word));
    }
    if ((bit + 7) / 8 * 8 != bits) return std::nullopt;
    for (; bit < bits; ++bit)
      if ((stream[bit / 8] >> bit % 8 & 1) != 0) return std::nullopt;
  }
  if (words.size() == 1) symbols.assign(count, words.begin()->second);
  return symbols;
}

}  // namespace dcm::fuzz
