#include "huffman/stream_decoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "naive_huffman.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::Lengths;
using testing::Streams;
using testing::Symbols;

CodeLengths code_of(const Lengths& lengths) {
  const Bytes packed = testing::pack_lengths(lengths);
  CodeLengths code;
  const Status status = unpack_code_lengths(packed.data(), packed.size(), static_cast<uint32_t>(lengths.size()), &code);
  EXPECT_TRUE(status.ok()) << status.text();
  return code;
}

// One symbol a look-up, or runs of run_bits bits.
DecodeTable table_of(const Lengths& lengths, uint32_t run_bits = 0) {
  DecodeTable table;
  table.build(code_of(lengths), 0);
  EXPECT_EQ(table.run_bits, 0u);
  if (run_bits != 0 && table.used > 1) table.build_runs(run_bits);
  return table;
}

constexpr uint32_t kAllRunBits[] = {0, DecodeTable::kRunBits, DecodeTable::kWideRunBits};

// Decodes with one table, into a buffer of exactly the right size, with exactly the slack that is promised, so that
// ASan sees any step beyond.
Status decode_by(const DecodeTable& table, const Streams& streams, uint32_t count, Symbols* symbols) {
  Bytes bytes = streams.bytes;
  bytes.resize(bytes.size() + kPayloadSlack, 0xA5);
  bytes.shrink_to_fit();
  *symbols = Symbols(count, 0xEE);
  return decode_streams(table, bytes.data(), streams.sizes.data(), count, symbols->data());
}

// Decodes with every kind of table, which must not differ: not in the symbols, nor in the error.
Status decode(const Lengths& lengths, const Streams& streams, uint32_t count, Symbols* symbols) {
  const Status status = decode_by(table_of(lengths), streams, count, symbols);
  for (const uint32_t run_bits : kAllRunBits) {
    Symbols others;
    const Status other = decode_by(table_of(lengths, run_bits), streams, count, &others);
    EXPECT_EQ(other.code(), status.code());
    EXPECT_STREQ(other.text(), status.text());
    if (status.ok()) {
      EXPECT_EQ(others, *symbols) << "runs of " << run_bits << " bits";
    }
  }
  return status;
}

Symbols random_symbols(std::mt19937& random, const Lengths& lengths, uint32_t count) {
  // As often as the code is made for: a random bit string decides.
  const DecodeTable table = table_of(lengths);
  Symbols symbols(count);
  for (uint8_t& symbol : symbols) symbol = static_cast<uint8_t>(table.entries[random() % DecodeTable::kEntries] >> 8);
  return symbols;
}

TEST(DecodeTable, EveryEntryIsAWordsReversedPrefix) {
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    const uint32_t alphabet = 2 + random() % 255;
    const Lengths lengths = testing::random_lengths(random, alphabet, 2 + random() % (alphabet - 1));
    const std::vector<uint32_t> words = testing::canonical_words(lengths);
    const DecodeTable table = table_of(lengths);
    for (uint32_t index = 0; index < DecodeTable::kEntries; ++index) {
      const uint32_t length = table.entries[index] & 0xFFu, symbol = table.entries[index] >> 8;
      ASSERT_LT(symbol, alphabet);
      ASSERT_EQ(length, lengths[symbol]);
      uint32_t word = 0;
      for (uint32_t bit = 0; bit < length; ++bit) word = word << 1 | (index >> bit & 1u);
      ASSERT_EQ(word, words[symbol]);
    }
  }
}

TEST(DecodeTable, ARunHoldsEveryWholeWord) {
  std::mt19937 random(6);
  for (int i = 0; i < 30; ++i) {
    const uint32_t alphabet = 2 + random() % 255;
    const Lengths lengths = testing::random_lengths(random, alphabet, 2 + random() % (alphabet - 1));
    for (const uint32_t run_bits : {DecodeTable::kRunBits, DecodeTable::kWideRunBits}) {
      const DecodeTable table = table_of(lengths, run_bits);
      for (uint32_t index = 0; index < 1u << run_bits; ++index) {
        const SymbolRun& run = table.runs[index];
        uint32_t bits = 0, count = 0;
        while (count < SymbolRun::kMost) {
          const uint32_t entry = table.entries[(index >> bits) % DecodeTable::kEntries];
          if (bits + (entry & 0xFFu) > run_bits) break;
          ASSERT_EQ(run.symbols[count], entry >> 8);
          bits += entry & 0xFFu;
          ++count;
        }
        ASSERT_EQ(run.step & 63u, bits);
        ASSERT_EQ(run.step >> SymbolRun::kCountShift, count);
      }
    }
  }
}

TEST(DecodeTable, RunsAreThereWhereTheyPay) {
  const auto run_bits = [](const Lengths& lengths, uint64_t symbols) {
    DecodeTable table;
    table.build(code_of(lengths), symbols);
    return table.run_bits;
  };
  const Lengths short_words(8, 3), middling_words(64, 6), long_words(256, 8);
  EXPECT_EQ(run_bits(short_words, 1000000), DecodeTable::kRunBits);
  EXPECT_EQ(run_bits(middling_words, 1000000), DecodeTable::kWideRunBits);
  EXPECT_EQ(run_bits(long_words, 1000000), 0u);
  EXPECT_EQ(run_bits(short_words, 1000), 0u);
}

TEST(StreamDecoder, EqualsTheNaiveDecoderOnRandomCodes) {
  std::mt19937 random(2);
  for (int i = 0; i < 400; ++i) {
    const uint32_t alphabet = 2 + random() % 255;
    const Lengths lengths = testing::random_lengths(random, alphabet, 2 + random() % (alphabet - 1));
    const uint32_t count = i < 50 ? static_cast<uint32_t>(i) : random() % 3000;
    const Symbols symbols = random_symbols(random, lengths, count);
    const Streams streams = testing::encode_streams(lengths, symbols);
    ASSERT_EQ(testing::decode_streams_naively(lengths, streams, count), symbols);
    Symbols decoded;
    const Status status = decode(lengths, streams, count, &decoded);
    ASSERT_TRUE(status.ok()) << status.text();
    ASSERT_EQ(decoded, symbols) << count;
  }
}

TEST(StreamDecoder, ShortestAndLongestWords) {
  std::mt19937 random(3);
  Lengths ladder = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11};
  for (const uint8_t symbol : {0, 10, 11}) {
    for (uint32_t count : {1u, 19u, 20u, 21u, 65536u}) {
      const Symbols symbols(count, symbol);
      Symbols decoded;
      const Status status = decode(ladder, testing::encode_streams(ladder, symbols), count, &decoded);
      ASSERT_TRUE(status.ok()) << status.text();
      ASSERT_EQ(decoded, symbols);
    }
  }
}

TEST(StreamDecoder, StreamsOfVeryDifferentWords) {
  // One stream ends long before another, in every order.
  std::mt19937 random(4);
  const Lengths ladder = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11};
  for (int i = 0; i < 24; ++i) {
    const uint32_t count = 20000 + random() % 45537;
    uint32_t least[kStreams];
    for (uint32_t& symbol : least) symbol = random() % 12;
    Symbols symbols(count);
    for (uint32_t j = 0, k = 0; j < kStreams; ++j)
      for (uint32_t left = stream_symbols(count, j); left > 0; --left)
        symbols[k++] = static_cast<uint8_t>(least[j] + random() % (12 - least[j]));
    Symbols decoded;
    const Status status = decode(ladder, testing::encode_streams(ladder, symbols), count, &decoded);
    ASSERT_TRUE(status.ok()) << status.text();
    ASSERT_EQ(decoded, symbols);
  }
}

TEST(StreamDecoder, OneSymbolHasEmptyStreams) {
  Symbols decoded;
  ASSERT_TRUE(decode({0, 0, 1}, {}, 10, &decoded).ok());
  EXPECT_EQ(decoded, Symbols(10, 2));
  Streams streams;
  streams.bytes = {0};
  streams.sizes = {0, 1, 0, 0};
  EXPECT_EQ(decode({0, 0, 1}, streams, 10, &decoded).code(), DCM_FILE_STREAM);
  EXPECT_TRUE(decode({0, 0}, {}, 0, &decoded).ok());
  EXPECT_EQ(decode({0, 0}, {}, 1, &decoded).code(), DCM_FILE_STREAM);
}

TEST(StreamDecoder, RunsOfStreams) {
  for (uint32_t count = 0; count < 50; ++count) {
    uint32_t sum = 0;
    for (uint32_t j = 0; j < kStreams; ++j) sum += stream_symbols(count, j);
    EXPECT_EQ(sum, count);
  }
  EXPECT_EQ(stream_symbols(5, 0), 2u);
  EXPECT_EQ(stream_symbols(5, 2), 1u);
  EXPECT_EQ(stream_symbols(5, 3), 0u);
}

class SpoiledStreams : public ::testing::Test {
 protected:
  void SetUp() override {
    random_.seed(5);
    symbols_ = random_symbols(random_, lengths_, 400);
    streams_ = testing::encode_streams(lengths_, symbols_);
  }
  Status decode_now() {
    Symbols decoded;
    return decode(lengths_, streams_, 400, &decoded);
  }
  // Changes stream j from its end: keeps size bytes of it.
  void resize_stream(uint32_t j, uint32_t size) {
    uint32_t begin = 0;
    for (uint32_t i = 0; i < j; ++i) begin += streams_.sizes[i];
    const auto at = streams_.bytes.begin() + begin;
    if (size > streams_.sizes[j])
      streams_.bytes.insert(at + streams_.sizes[j], size - streams_.sizes[j], 0);
    else
      streams_.bytes.erase(at + size, at + streams_.sizes[j]);
    streams_.sizes[j] = size;
  }

  std::mt19937 random_;
  const Lengths lengths_ = {2, 2, 3, 4, 4, 2};
  Symbols symbols_;
  Streams streams_;
};

TEST_F(SpoiledStreams, AByteTooFewOrTooMany) {
  for (uint32_t j = 0; j < kStreams; ++j) {
    SetUp();
    resize_stream(j, streams_.sizes[j] - 1);
    EXPECT_EQ(decode_now().code(), DCM_FILE_STREAM);
    SetUp();
    resize_stream(j, streams_.sizes[j] + 1);
    const Status status = decode_now();
    EXPECT_EQ(status.code(), DCM_FILE_STREAM);
    EXPECT_NE(std::string(status.text()).find("behind"), std::string::npos) << status.text();
  }
}

TEST_F(SpoiledStreams, ABitSetInTheFill) {
  int spoiled = 0;
  for (uint32_t j = 0, end = 0; j < kStreams; ++j) {
    SetUp();
    uint32_t bits = 0;
    for (uint32_t i = j * 100; i < (j + 1) * 100; ++i) bits += lengths_[symbols_[i]];
    end += streams_.sizes[j];
    for (uint32_t bit = bits % 8; bit != 0 && bit < 8; ++bit, ++spoiled) {
      SetUp();
      streams_.bytes[end - 1] = static_cast<uint8_t>(streams_.bytes[end - 1] | 1u << bit);
      EXPECT_EQ(decode_now().code(), DCM_FILE_STREAM);
    }
  }
  EXPECT_GT(spoiled, 0);
}

TEST_F(SpoiledStreams, RandomBytesAndSizesNeverLeaveTheBuffers) {
  for (int i = 0; i < 3000; ++i) {
    streams_.bytes.clear();
    for (uint32_t j = 0; j < kStreams; ++j) {
      streams_.sizes[j] = random_() % 60;
      for (uint32_t k = 0; k < streams_.sizes[j]; ++k) streams_.bytes.push_back(static_cast<uint8_t>(random_()));
    }
    Symbols decoded;
    const Status status = decode(lengths_, streams_, 1 + random_() % 500, &decoded);
    EXPECT_TRUE(status.ok() || status.code() == DCM_FILE_STREAM);
  }
}

}  // namespace
}  // namespace dcm
