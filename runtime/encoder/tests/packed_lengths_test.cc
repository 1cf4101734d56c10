#include "encoder/packed_lengths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "encoder/tests/naive_decoder.h"

namespace dcm::encoder {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(PackedLengths, Examples) {
  EXPECT_EQ(pack_lengths({}), Bytes{});
  EXPECT_EQ(pack_lengths({0, 0, 0}), Bytes{});                 // nothing occurs
  EXPECT_EQ(pack_lengths({1, 2, 2}), (Bytes{0x21, 0x02}));     // three nibbles and the padding
  EXPECT_EQ(pack_lengths({0, 1, 0, 0}), (Bytes{0x00, 0x01}));  // a zero run of one, the end dropped
  EXPECT_EQ(pack_lengths(Bytes(4, 2)), (Bytes{0xC2, 0x00}));   // 2, then twelve: three more
  Bytes longest(16, 0xCF);                                     // 8, then 14 times eighteen more and three more
  longest.front() = 0xC8;
  longest.back() = 0x00;
  EXPECT_EQ(pack_lengths(Bytes(256, 8)), longest);
}

// Fewest nibbles that spell lengths[at ..], by trying every cut.
size_t fewest_nibbles(const Bytes& lengths) {
  std::vector<size_t> best(lengths.size() + 1, 0);
  for (size_t at = lengths.size(); at-- > 0;) {
    best[at] = SIZE_MAX;
    size_t run = 1;
    while (at + run < lengths.size() && lengths[at + run] == lengths[at]) ++run;
    if (lengths[at] == 0) {
      for (size_t n = 1; n <= run && n <= 16; ++n) best[at] = std::min(best[at], 2 + best[at + n]);
    } else {
      best[at] = 1 + best[at + 1];
      // A repeat may start here if the symbol before has the same length.
      if (at > 0 && lengths[at - 1] == lengths[at]) {
        for (size_t n = 3; n <= run && n <= 18; ++n) best[at] = std::min(best[at], 2 + best[at + n]);
      }
    }
  }
  return best[0];
}

TEST(PackedLengths, RoundTripsInTheFewestBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    Bytes lengths;
    const size_t alphabet = 1 + random() % 256;
    while (lengths.size() < alphabet) {
      const uint8_t length = static_cast<uint8_t>(random() % 4 == 0 ? 0 : random() % 12);
      lengths.insert(lengths.end(), 1 + random() % (random() % 2 == 0 ? 3 : 60), length);
    }
    lengths.resize(alphabet);
    const Bytes packed = pack_lengths(lengths);
    EXPECT_EQ(test::naive_unpack(packed, alphabet), lengths);
    while (!lengths.empty() && lengths.back() == 0) lengths.pop_back();
    EXPECT_EQ(packed.size(), (fewest_nibbles(lengths) + 1) / 2);
  }
}

TEST(PackedLengths, RefusesLengthsTheFormatCannotHold) {
  EXPECT_THROW(pack_lengths({12}), std::invalid_argument);
}

}  // namespace
}  // namespace dcm::encoder
