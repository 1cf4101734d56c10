// The Huffman decoder beside one written from docs/format.md alone: the same verdict on any lengths and any streams,
// and the same symbols. Input: alphabet - 1, bytes of packed lengths, symbols (u16), bytes of the first three streams
// (u16 each), table to build (0: the decoder's choice, else forced), then the lengths, then the streams.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "huffman/decode_table.h"
#include "huffman/stream_decoder.h"
#include "model_in_use.h"
#include "plain_huffman.h"

namespace dcm::fuzz {
namespace {

constexpr size_t kHeader = 11;

struct Case {
  uint32_t alphabet, count;
  std::array<uint32_t, 4> stream_bytes;
  uint32_t table;
  std::vector<uint8_t> packed, streams;
};

uint32_t u16(const uint8_t* at) {
  return at[0] | uint32_t{at[1]} << 8;
}

bool read_case(const uint8_t* data, size_t size, Case* made) {
  if (size < kHeader) return false;
  made->alphabet = data[0] + 1u;
  made->count = u16(data + 2);
  made->table = data[10];
  const size_t rest = size - kHeader, packed = std::min<size_t>(data[1], rest);
  made->packed.assign(data + kHeader, data + kHeader + packed);
  made->streams.assign(data + kHeader + packed, data + size);
  uint32_t left = static_cast<uint32_t>(made->streams.size());
  for (uint32_t j = 0; j < 3; ++j) {
    made->stream_bytes[j] = std::min(u16(data + 4 + 2 * j), left);
    left -= made->stream_bytes[j];
  }
  made->stream_bytes[3] = left;
  return left <= 0xFFFF;
}

void compare(const Case& given) {
  // Blocks of exactly their size, so that a sanitizer sees a read or write beside them.
  CodeLengths lengths;
  const Status unpacked = unpack_code_lengths(given.packed.data(), given.packed.size(), given.alphabet, &lengths);
  const auto plain = plain_lengths(given.packed.data(), given.packed.size(), given.alphabet);
  require(unpacked.ok() == plain.has_value(), "both decoders accept the same lengths");
  if (!plain) return;
  require(std::equal(plain->begin(), plain->end(), lengths.length), "both decoders read the same lengths");

  auto table = std::make_unique<DecodeTable>();
  table->build(lengths, given.table == 0 ? given.count : given.table == 1 ? 0 : 1 << 20);
  if (table->used > 1 && given.table > 2)
    table->build_runs(given.table % 2 == 0 ? DecodeTable::kRunBits : DecodeTable::kWideRunBits);
  std::vector<uint8_t> padded = given.streams;
  padded.resize(padded.size() + kPayloadSlack, 0xA5);
  std::vector<uint8_t> symbols(given.count);
  const Status decoded = decode_streams(*table, padded.data(), given.stream_bytes.data(), given.count, symbols.data());
  const auto expected = plain_symbols(*plain, given.streams.data(), given.stream_bytes, given.count);
  require(decoded.ok() == expected.has_value(), "both decoders accept the same streams");
  if (expected) require(symbols == *expected, "both decoders give the same symbols");
}

}  // namespace
}  // namespace dcm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dcm::fuzz::Case given;
  if (dcm::fuzz::read_case(data, size, &given)) dcm::fuzz::compare(given);
  return 0;
}
