#include "encoder/tests/naive_decoder.h"

#include <algorithm>
#include <stdexcept>

#include "core/crc32c.h"

namespace dcm::encoder::test {
namespace {

void check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

void check_chunk(const EncodedStreams& encoded, const ChunkRecord& chunk) {
  size_t bytes = 0;
  for (int i = 0; i < 4; ++i) bytes += size_t{chunk.gap_bytes[i]} + chunk.code_bytes[i];
  check(chunk.offset + bytes <= encoded.payload.size(), "a chunk leaves the payload");
  check(chunk.gap_count <= 65536 && chunk.code_count <= 65536, "a chunk is too large");
  check(crc32c(encoded.payload.data() + chunk.offset, bytes) == chunk.crc32c, "checksum");
}

}  // namespace

std::vector<uint8_t> naive_unpack(const std::vector<uint8_t>& packed, size_t alphabet) {
  std::vector<uint8_t> nibbles;
  for (uint8_t byte : packed) {
    nibbles.push_back(byte & 15);
    nibbles.push_back(byte >> 4);
  }
  std::vector<uint8_t> lengths;
  uint8_t last = 0;
  for (size_t i = 0; i < nibbles.size();) {
    const uint8_t nibble = nibbles[i++];
    if (nibble == 0 && i == nibbles.size()) break;  // padding
    if (nibble == 0) {
      lengths.insert(lengths.end(), nibbles.at(i++) + 1u, 0);
      last = 0;
    } else if (nibble == 12) {
      check(last != 0, "nothing to repeat");
      lengths.insert(lengths.end(), nibbles.at(i++) + 3u, last);
    } else {
      check(nibble < 12, "nibble above 12");
      lengths.push_back(last = nibble);
    }
  }
  check(lengths.size() <= alphabet, "a length beyond the alphabet");
  lengths.resize(alphabet, 0);
  return lengths;
}

std::map<std::string, uint8_t> naive_words(const std::vector<uint8_t>& lengths) {
  std::map<std::string, uint8_t> words;
  unsigned word = 0;
  for (size_t length = 1; length <= 11; ++length, word <<= 1) {
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != length) continue;
      std::string bits;
      for (size_t bit = length; bit-- > 0;) bits += (word >> bit & 1) != 0 ? '1' : '0';
      words[bits] = static_cast<uint8_t>(symbol);
      ++word;
    }
  }
  return words;
}

std::vector<uint8_t> naive_streams(const uint8_t* bytes, const uint16_t* stream_bytes, size_t count,
                                   const std::vector<uint8_t>& lengths) {
  const auto words = naive_words(lengths);
  std::vector<uint8_t> symbols;
  if (words.size() == 1) {
    for (int stream = 0; stream < 4; ++stream) check(stream_bytes[stream] == 0, "a lone symbol has empty streams");
    return std::vector<uint8_t>(count, words.begin()->second);
  }
  const size_t run = (count + 3) / 4;
  for (size_t stream = 0; stream < 4; ++stream) {
    const size_t end = std::min((stream + 1) * run, count);
    size_t bit = 0;
    for (size_t i = std::min(stream * run, count); i < end; ++i) {
      std::string word;
      do {
        check(bit < 8u * stream_bytes[stream] && word.size() < 11, "no such word");
        word += (bytes[bit / 8] >> bit % 8 & 1) != 0 ? '1' : '0';
        ++bit;
      } while (words.count(word) == 0);
      symbols.push_back(words.at(word));
    }
    check((bit + 7) / 8 == stream_bytes[stream], "a stream does not end in its last byte");
    for (; bit % 8 != 0; ++bit) check((bytes[bit / 8] >> bit % 8 & 1) == 0, "fill bits are not zero");
    bytes += stream_bytes[stream];
  }
  return symbols;
}

std::vector<uint16_t> naive_sparse(const EncodedStreams& encoded, size_t size, size_t centroid_count) {
  const bool pairs = encoded.gap_bits > 16;
  const unsigned bits = encoded.gap_bits % 16;
  const auto gap_lengths = naive_unpack(encoded.gap_lengths, size_t{1} << (pairs ? 2 * bits : bits));
  const auto code_lengths = naive_unpack(encoded.code_lengths, centroid_count);
  const unsigned skip = (1u << bits) - 1;
  std::vector<uint16_t> weights(size, 0);
  size_t position = 0;
  size_t payload = 0;
  for (const ChunkRecord& chunk : encoded.chunks) {
    check_chunk(encoded, chunk);
    check(chunk.start == position, "a chunk does not start where the one before ended");
    check(chunk.offset == payload, "a hole between chunks");
    const uint8_t* bytes = encoded.payload.data() + chunk.offset;
    std::vector<uint8_t> gaps =
        naive_streams(bytes, chunk.gap_bytes, pairs ? (chunk.gap_count + 1) / 2 : chunk.gap_count, gap_lengths);
    if (pairs) {
      std::vector<uint8_t> apart;
      for (uint8_t pair : gaps) {
        apart.push_back(static_cast<uint8_t>(pair & skip));
        apart.push_back(static_cast<uint8_t>(pair >> bits));
      }
      check(apart.size() == chunk.gap_count || apart.back() == 0, "half a pair is not 0");
      apart.resize(chunk.gap_count);
      gaps = apart;
    }
    for (uint16_t stream : chunk.gap_bytes) bytes += stream;
    const auto codes = naive_streams(bytes, chunk.code_bytes, chunk.code_count, code_lengths);
    for (uint16_t stream : chunk.code_bytes) bytes += stream;
    payload = static_cast<size_t>(bytes - encoded.payload.data());
    check(!gaps.empty() && gaps.back() != skip, "a chunk ends in a skip");
    size_t code = 0;
    for (uint8_t gap : gaps) {
      position += gap;
      if (gap == skip) continue;
      weights.at(position++) = static_cast<uint16_t>(codes.at(code++) + 1);
    }
    check(code == codes.size(), "codes left over");
  }
  check(payload == encoded.payload.size(), "bytes left over");
  return weights;
}

std::vector<uint16_t> naive_dense_shared(const EncodedStreams& encoded, size_t size, size_t centroid_count) {
  const auto code_lengths = naive_unpack(encoded.code_lengths, centroid_count);
  std::vector<uint16_t> weights;
  for (const ChunkRecord& chunk : encoded.chunks) {
    check_chunk(encoded, chunk);
    check(chunk.gap_count == 0 && chunk.start == weights.size(), "chunks of a dense shared weight follow each other");
    const auto codes =
        naive_streams(encoded.payload.data() + chunk.offset, chunk.code_bytes, chunk.code_count, code_lengths);
    weights.insert(weights.end(), codes.begin(), codes.end());
  }
  check(weights.size() == size, "not every weight is given");
  return weights;
}

}  // namespace dcm::encoder::test
