#include "encoder/weight_encoder.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "encoder/tests/naive_decoder.h"
#include "encoder/weight_decoder.h"

namespace dcm::encoder {
namespace {

std::vector<uint16_t> random_codes(std::mt19937& random, size_t size, double density, size_t centroids) {
  std::bernoulli_distribution kept(density);
  std::binomial_distribution<int> code(static_cast<int>(centroids) - 1, 0.5);
  std::vector<uint16_t> codes(size, 0);
  for (uint16_t& c : codes) c = kept(random) ? static_cast<uint16_t>(1 + code(random)) : uint16_t{0};
  return codes;
}

void expect_equal(const StreamStatistics& a, const StreamStatistics& b) {
  EXPECT_EQ(a.symbols, b.symbols);
  EXPECT_EQ(a.bits, b.bits);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.entropy_bits, b.entropy_bits);
}

// By the runtime's decoder.
std::vector<uint16_t> decoded(const EncodedStreams& encoded, size_t size, size_t centroids) {
  std::vector<uint8_t> payload = encoded.payload;
  payload.resize(payload.size() + kPayloadSlack, 0);
  const CodedWeight coded{
      payload.data(),   payload.size(),      encoded.chunks.data(), encoded.chunks.size(),
      encoded.gap_bits, encoded.gap_lengths, encoded.code_lengths,  static_cast<uint32_t>(centroids)};
  const DecodedWeight result = decode_weight(coded, size);
  expect_equal(result.gaps, encoded.gaps);
  expect_equal(result.codes, encoded.codes);
  return result.weights;
}

TEST(WeightEncoder, SparseRoundTrips) {
  std::mt19937 random(6);
  const double densities[] = {0, 0.001, 0.01, 0.08, 0.3, 0.7, 1};
  for (double density : densities) {
    for (size_t size : {1, 2, 7, 64, 1000, 200000}) {
      for (size_t centroids : {1, 2, 3, 16, 256}) {
        const auto codes = random_codes(random, size, density, centroids);
        for (bool pairs : {false, true}) {
          const auto encoded = encode_sparse(codes.data(), size, centroids, pairs);
          ASSERT_TRUE(encoded.has_value());
          EXPECT_EQ(test::naive_sparse(*encoded, size, centroids), codes) << density << ' ' << size << ' ' << centroids;
          EXPECT_EQ(decoded(*encoded, size, centroids), codes) << density << ' ' << size << ' ' << centroids;
          EXPECT_EQ(encoded->gaps.bytes + encoded->codes.bytes, encoded->payload.size());
          EXPECT_GE(encoded->gaps.bytes * 8, encoded->gaps.bits);
          EXPECT_LE(encoded->gaps.bytes * 8, encoded->gaps.bits + 28 * encoded->chunks.size());
        }
      }
    }
  }
}

TEST(WeightEncoder, DenseSharedRoundTrips) {
  std::mt19937 random(7);
  for (size_t size : {1, 3, 5, 1000, 65536, 65537, 150000}) {
    for (size_t centroids : {1, 2, 17, 256}) {
      auto codes = random_codes(random, size, 1, centroids);
      for (uint16_t& code : codes) --code;
      const auto encoded = encode_dense_shared(codes.data(), size, centroids);
      EXPECT_EQ(test::naive_dense_shared(encoded, size, centroids), codes);
      EXPECT_EQ(decoded(encoded, size, centroids), codes);
      EXPECT_EQ(encoded.chunks.size(), (size + 65535) / 65536);
    }
  }
}

TEST(WeightEncoder, HuffmanStaysNearEntropy) {
  std::mt19937 random(8);
  const auto codes = random_codes(random, 500000, 0.08, 32);
  const auto encoded = encode_sparse(codes.data(), codes.size(), 32);
  EXPECT_GE(static_cast<double>(encoded->gaps.bits), encoded->gaps.entropy_bits);
  EXPECT_GE(static_cast<double>(encoded->codes.bits), encoded->codes.entropy_bits);
  EXPECT_LT(static_cast<double>(encoded->gaps.bits), 1.02 * encoded->gaps.entropy_bits);
  EXPECT_LT(static_cast<double>(encoded->codes.bits), 1.02 * encoded->codes.entropy_bits);
}

TEST(WeightEncoder, WiderGapsForSparserWeights) {
  std::mt19937 random(9);
  const auto dense = random_codes(random, 100000, 0.7, 8);
  const auto sparse = random_codes(random, 100000, 0.01, 8);
  EXPECT_LT(encode_sparse(dense.data(), dense.size(), 8)->gap_bits,
            encode_sparse(sparse.data(), sparse.size(), 8)->gap_bits);
}

TEST(WeightEncoder, NothingKeptTakesNoBytes) {
  const std::vector<uint16_t> codes(1000, 0);
  const auto encoded = encode_sparse(codes.data(), codes.size(), 0);
  EXPECT_EQ(encoded->file_bytes(), 0u);
  EXPECT_EQ(encoded->gap_bits, kMinGapBits);
}

TEST(WeightEncoder, GapsThatNoWidthCanCarryAreRefused) {
  std::vector<uint16_t> codes(65536u * 255 + 1, 0);
  codes.back() = 1;  // behind 65,536 skips of 255: one more than a chunk holds
  EXPECT_FALSE(encode_sparse(codes.data(), codes.size(), 1).has_value());
  codes[0] = 1;  // one zero fewer
  const auto encoded = encode_sparse(codes.data(), codes.size(), 1);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->chunks.size(), 2u);
  EXPECT_EQ(test::naive_sparse(*encoded, codes.size(), 1), codes);
}

TEST(WeightDecoder, RefusesStreamsThatDoNotMatch) {
  std::mt19937 random(10);
  const auto codes = random_codes(random, 5000, 0.1, 8);
  const auto encoded = *encode_sparse(codes.data(), codes.size(), 8);
  EXPECT_EQ(decoded(encoded, codes.size(), 8), codes);
  EXPECT_THROW(decoded(encoded, 100, 8), DecodeError);
  EXPECT_THROW(decoded(encoded, codes.size(), 2), DecodeError);
  auto broken = encoded;
  broken.chunks[0].code_count -= 1;
  EXPECT_THROW(decoded(broken, codes.size(), 8), DecodeError);
  broken = encoded;
  broken.chunks[0].start = 1;
  EXPECT_THROW(decoded(broken, codes.size(), 8), DecodeError);
  broken = encoded;
  broken.payload.pop_back();
  EXPECT_THROW(decoded(broken, codes.size(), 8), DecodeError);
}

TEST(WeightEncoder, CodesOutOfRangeAreRefused) {
  const uint16_t codes[] = {0, 1, 2};
  EXPECT_THROW(encode_sparse(codes, 3, 1), std::invalid_argument);
  EXPECT_THROW(encode_dense_shared(codes, 3, 2), std::invalid_argument);
  EXPECT_THROW(encode_dense_shared(codes, 3, 257), std::invalid_argument);
}

}  // namespace
}  // namespace dcm::encoder
