// From a file to resident weights: the CSR of sparse weights, codes, dense values, for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>

#include "api/model.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::Opened;

// A model around the weights of the parts, which need no operator.
Opened open_weights(ModelParts parts, uint32_t threads = 1) {
  parts.inputs = {{"x", {1}}};
  parts.add(testing::fb::OpAttributes_Relu);
  parts.outputs = {{"y", 1}};
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = threads;
  return testing::open_bytes(parts.build(), &options);
}

// The flat tensor that a resident weight stands for.
std::vector<float> expand(const Weight& weight) {
  std::vector<float> values(weight.elements(), 0.0f);
  switch (weight.form) {
    case WeightForm::kSparse:
      for (uint64_t s = 0; s < weight.segments(); ++s) {
        const uint64_t start =
            s / weight.row_segments * weight.columns + s % weight.row_segments * Weight::kSegmentColumns;
        uint32_t end_column = 0;
        for (uint32_t i = weight.segment_begin[s]; i < weight.segment_begin[s + 1]; ++i) {
          const uint32_t column = weight.segment_column[i];
          EXPECT_GE(column, end_column) << "columns in order";
          EXPECT_LT(start % weight.columns + column, weight.columns);
          end_column = column + 1;
          values.at(start + column) = weight.codebook[weight.codes[i]];
        }
      }
      EXPECT_EQ(weight.segment_begin[0], 0u);
      EXPECT_EQ(weight.segment_begin[weight.segments()], weight.nonzeros);
      break;
    case WeightForm::kDenseShared:
      for (size_t i = 0; i < values.size(); ++i) values[i] = weight.codebook[weight.codes[i]];
      break;
    case WeightForm::kDense:
      values.assign(weight.values.begin(), weight.values.end());
      break;
    case WeightForm::kNone:
      ADD_FAILURE();
  }
  return values;
}

struct SparseCase {
  std::vector<uint32_t> shape;
  double density;
  uint8_t gap_bits;
  uint32_t chunk_symbols;
};

class SparseDecoding : public ::testing::TestWithParam<SparseCase> {};

TEST_P(SparseDecoding, GivesTheWeightsForAnyThreads) {
  const SparseCase& param = GetParam();
  std::mt19937 random(11);
  size_t elements = 1;
  for (const uint32_t size : param.shape) elements *= size;
  const std::vector<float> centroids = {-2.0f, -1.0f, 0.5f, 1.0f, 3.0f};
  const std::vector<int> codes = testing::random_codes(random, elements, param.density, 5);
  ModelParts parts;
  parts.sparse(param.shape, codes, centroids, param.gap_bits, param.chunk_symbols);
  const std::vector<float> expected = testing::values_of(codes, centroids);
  for (uint32_t threads : {1u, 2u, 5u}) {
    const Opened opened = open_weights(parts, threads);
    ASSERT_EQ(opened.code, DCM_OK) << opened.text;
    const Weight& weight = opened.model->weights[0];
    EXPECT_EQ(weight.form, WeightForm::kSparse);
    ASSERT_EQ(expand(weight), expected);
    // At most 4 bytes a non-zero, row offsets and codebook aside.
    EXPECT_LE(weight.bytes(), 4 * weight.nonzeros + 4 * (weight.segments() + 1) + 4 * centroids.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SparseDecoding,
                         ::testing::Values(SparseCase{{50, 40}, 0.1, 4, 65536}, SparseCase{{50, 40}, 0.1, 4, 7},
                                           SparseCase{{50, 40}, 0.01, 2, 40}, SparseCase{{1, 3}, 1.1, 2, 4},
                                           SparseCase{{3, 1}, 0.5, 8, 4}, SparseCase{{700}, 0.02, 3, 50},
                                           SparseCase{{20, 3, 5, 5}, 0.2, 5, 100},
                                           SparseCase{{3, 65536}, 0.001, 8, 300}, SparseCase{{3, 65537}, 0.001, 8, 300},
                                           SparseCase{{2, 200000}, 0.0005, 5, 2000}, SparseCase{{40, 30}, 0.0, 4, 10},
                                           SparseCase{{2, 2, 2, 2, 2, 2, 2, 2}, 0.3, 4, 9}));

TEST(SparseDecodingEdges, NonzerosAtTheCorners) {
  std::vector<int> codes(6 * 10, testing::kPruned);
  codes.front() = codes.back() = codes[9] = codes[10] = 0;
  ModelParts parts;
  parts.sparse({6, 10}, codes, {2.5f, 1.0f}, 2, 12);
  const Opened opened = open_weights(parts);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(expand(opened.model->weights[0]), testing::values_of(codes, {2.5f, 1.0f}));
}

TEST(DenseSharedDecoding, GivesTheWeightsForAnyThreads) {
  std::mt19937 random(12);
  const std::vector<float> centroids = {-1.0f, 0.0f, 1.0f, 2.0f};
  const std::vector<int> codes = testing::random_codes(random, 30 * 17, 1.1, 4);
  for (const uint32_t chunk_symbols : {65536u, 100u, 1u}) {
    ModelParts parts;
    parts.dense_shared({30, 17}, codes, centroids, chunk_symbols);
    for (uint32_t threads : {1u, 3u}) {
      const Opened opened = open_weights(parts, threads);
      ASSERT_EQ(opened.code, DCM_OK) << opened.text;
      const Weight& weight = opened.model->weights[0];
      EXPECT_EQ(weight.form, WeightForm::kDenseShared);
      const std::vector<float> expected = testing::values_of(codes, centroids);
      ASSERT_EQ(expand(weight), expected);
      EXPECT_EQ(weight.nonzeros,
                expected.size() - static_cast<size_t>(std::count(expected.begin(), expected.end(), 0.0f)));
    }
  }
}

TEST(DenseSharedDecoding, OneCodeTakesNoBytes) {
  ModelParts parts;
  parts.dense_shared({100}, std::vector<int>(100, 1), {1.0f, 7.0f}, 30);
  EXPECT_TRUE(parts.payload.empty());
  const Opened opened = open_weights(parts);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(expand(opened.model->weights[0]), std::vector<float>(100, 7.0f));
}

TEST(DenseDecoding, BothElementTypes) {
  ModelParts parts;
  parts.dense({2, 2}, {1.5f, -0.0f, 1e-40f, 3e38f});
  parts.dense_half({5}, {0x3C00, 0x8000, 0x0001, 0x7BFF, 0xC500});
  const Opened opened = open_weights(parts);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(expand(opened.model->weights[0]), (std::vector<float>{1.5f, -0.0f, 1e-40f, 3e38f}));
  EXPECT_EQ(expand(opened.model->weights[1]), (std::vector<float>{1.0f, -0.0f, 0x1p-24f, 65504.0f, -5.0f}));
  EXPECT_EQ(opened.model->weights[0].nonzeros, 3u);
}

TEST(Codebooks, HalfPrecisionCentroids) {
  ModelParts parts;
  parts.sparse({4}, {0, 1, testing::kPruned, 1}, {0.0f, 0.0f});
  parts.weights[0].centroids.reset();
  parts.weights[0].centroids_f16 = {{0x3C00, 0xB800}};
  const Opened opened = open_weights(parts);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(expand(opened.model->weights[0]), (std::vector<float>{1.0f, -0.5f, 0.0f, -0.5f}));
}

TEST(LoadInfo, CountsBytes) {
  const testing::Bytes bytes = testing::small_network().build();
  const Opened opened = testing::open_bytes(bytes);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  dcm_load_info info;
  dcm_model_load_info(opened.model.get(), &info);
  EXPECT_EQ(info.file_bytes, bytes.size());
  uint64_t weight_bytes = 0;
  for (const Weight& weight : opened.model->weights) weight_bytes += weight.bytes();
  for (const PlannedOp& op : opened.model->plan.ops) weight_bytes += op.prepared.size();
  EXPECT_EQ(info.weight_bytes, weight_bytes);
  EXPECT_GT(info.verify_ns, 0u);
  EXPECT_GT(info.decode_ns, 0u);
  EXPECT_GT(info.plan_ns, 0u);
}

}  // namespace
}  // namespace dcm
