#include "huffman_case.h"

#include "naive_huffman.h"

namespace dcm::fuzz {

std::vector<uint8_t> random_case(std::mt19937& random, size_t most_symbols) {
  const uint32_t alphabet = 1 + static_cast<uint32_t>(random() % 256);
  dcm::testing::Lengths lengths(alphabet, 0);
  if (alphabet >= 2)
    lengths = dcm::testing::random_lengths(random, alphabet, 2 + static_cast<uint32_t>(random() % (alphabet - 1)));
  if (alphabet < 2) lengths[0] = 1;
  std::vector<uint8_t> used;
  for (uint32_t i = 0; i < alphabet; ++i)
    if (lengths[i] > 0) used.push_back(static_cast<uint8_t>(i));
  dcm::testing::Symbols symbols(random() % most_symbols);
  for (uint8_t& symbol : symbols) symbol = used[random() % used.size()];
  const dcm::testing::Streams streams = dcm::testing::encode_streams(lengths, symbols);
  const dcm::testing::Bytes packed = dcm::testing::pack_lengths(lengths);
  std::vector<uint8_t> made = {static_cast<uint8_t>(alphabet - 1), static_cast<uint8_t>(packed.size())};
  const auto add_u16 = [&](size_t value) {
    made.push_back(static_cast<uint8_t>(value));
    made.push_back(static_cast<uint8_t>(value >> 8));
  };
  add_u16(symbols.size());
  for (int j = 0; j < 3; ++j) add_u16(streams.sizes[static_cast<size_t>(j)]);
  made.push_back(static_cast<uint8_t>(random() % 8));
  made.insert(made.end(), packed.begin(), packed.end());
  made.insert(made.end(), streams.bytes.begin(), streams.bytes.end());
  return made;
}

}  // namespace dcm::fuzz
