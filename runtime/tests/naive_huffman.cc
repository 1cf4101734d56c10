#include "naive_huffman.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace dcm::testing {
namespace {

uint32_t run_begin(uint32_t count, uint32_t j) {
  return std::min(count, j * ((count + 3) / 4));
}

uint32_t used_symbols(const Lengths& lengths) {
  return static_cast<uint32_t>(
      std::count_if(lengths.begin(), lengths.end(), [](uint8_t length) { return length > 0; }));
}

}  // namespace

Lengths balanced_lengths(uint32_t alphabet, const Symbols& symbols) {
  const std::set<uint8_t> used(symbols.begin(), symbols.end());
  Lengths lengths(alphabet, 0);
  if (used.empty()) return lengths;
  if (used.size() == 1) {
    lengths[*used.begin()] = 1;
    return lengths;
  }
  uint32_t bits = 0;
  while ((2u << bits) <= used.size()) ++bits;
  // 2^bits words of that length, as many of them split in two as it takes.
  size_t whole = (2u << bits) - used.size();
  for (const uint8_t symbol : used) lengths[symbol] = static_cast<uint8_t>(whole > 0 ? (--whole, bits) : bits + 1);
  return lengths;
}

Lengths random_lengths(std::mt19937& random, uint32_t alphabet, uint32_t used) {
  std::vector<uint8_t> leaves = {1, 1};
  while (leaves.size() < used) {
    const size_t i = random() % leaves.size();
    if (leaves[i] >= 11) continue;
    ++leaves[i];
    leaves.push_back(leaves[i]);
  }
  Lengths lengths(alphabet, 0);
  std::copy(leaves.begin(), leaves.end(), lengths.begin());
  std::shuffle(lengths.begin(), lengths.end(), random);
  return lengths;
}

Bytes pack_lengths(const Lengths& lengths) {
  std::vector<uint8_t> nibbles;
  size_t end = lengths.size();
  while (end > 0 && lengths[end - 1] == 0) --end;
  for (size_t i = 0; i < end;) {
    size_t run = 1;
    while (i + run < end && lengths[i + run] == lengths[i]) ++run;
    if (lengths[i] == 0) {
      run = std::min<size_t>(run, 16);
      nibbles.insert(nibbles.end(), {0, static_cast<uint8_t>(run - 1)});
    } else {
      nibbles.push_back(lengths[i]);
      if (run >= 4) {
        run = std::min<size_t>(run, 19);
        nibbles.insert(nibbles.end(), {12, static_cast<uint8_t>(run - 4)});
      } else {
        run = 1;
      }
    }
    i += run;
  }
  if (nibbles.size() % 2 != 0) nibbles.push_back(0);
  Bytes packed;
  for (size_t i = 0; i < nibbles.size(); i += 2)
    packed.push_back(static_cast<uint8_t>(nibbles[i] | nibbles[i + 1] << 4));
  return packed;
}

std::vector<uint32_t> canonical_words(const Lengths& lengths) {
  std::vector<uint32_t> words(lengths.size(), 0);
  uint32_t word = 0;
  for (uint8_t length = 1; length <= 11; ++length, word <<= 1)
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol)
      if (lengths[symbol] == length) words[symbol] = word++;
  return words;
}

Streams encode_streams(const Lengths& lengths, const Symbols& symbols) {
  Streams streams;
  if (used_symbols(lengths) <= 1) return streams;
  const std::vector<uint32_t> words = canonical_words(lengths);
  const uint32_t count = static_cast<uint32_t>(symbols.size());
  for (uint32_t j = 0; j < 4; ++j) {
    Bytes bytes;
    uint32_t bit = 0;
    for (uint32_t i = run_begin(count, j); i < run_begin(count, j + 1); ++i)
      for (int k = lengths[symbols[i]] - 1; k >= 0; --k, ++bit) {
        if (bit % 8 == 0) bytes.push_back(0);
        bytes.back() = static_cast<uint8_t>(bytes.back() | (words[symbols[i]] >> k & 1u) << bit % 8);
      }
    streams.sizes[j] = static_cast<uint32_t>(bytes.size());
    streams.bytes.insert(streams.bytes.end(), bytes.begin(), bytes.end());
  }
  return streams;
}

Symbols decode_streams_naively(const Lengths& lengths, const Streams& streams, uint32_t count) {
  std::map<std::pair<uint32_t, uint32_t>, uint8_t> symbol_of;  // (length, word)
  const std::vector<uint32_t> words = canonical_words(lengths);
  for (size_t symbol = 0; symbol < lengths.size(); ++symbol)
    if (lengths[symbol] > 0) symbol_of[{lengths[symbol], words[symbol]}] = static_cast<uint8_t>(symbol);
  if (symbol_of.size() == 1) return Symbols(count, symbol_of.begin()->second);

  Symbols symbols;
  size_t start = 0;
  for (uint32_t j = 0; j < 4; start += streams.sizes[j++]) {
    uint32_t bit = 0;
    for (uint32_t i = run_begin(count, j); i < run_begin(count, j + 1); ++i) {
      uint32_t word = 0, length = 0;
      do {
        word = word << 1 | (streams.bytes.at(start + bit / 8) >> bit % 8 & 1u);
        ++bit;
        if (++length > 11) throw std::runtime_error("no such code word");
      } while (symbol_of.count({length, word}) == 0);
      symbols.push_back(symbol_of[{length, word}]);
    }
  }
  return symbols;
}

}  // namespace dcm::testing
