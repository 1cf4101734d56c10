// Sparse linear layers of many shapes, densities and codebooks, by all their kernels.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "forced_isa.h"
#include "one_op.h"

namespace dcm {
namespace {

using testing::array_of;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_values;
using testing::Tensor;

class SparseLinear : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(SparseLinear);

std::vector<float> centroids_of(uint32_t count) {
  std::vector<float> centroids(count);
  for (uint32_t k = 0; k < count; ++k) centroids[k] = 0.125f * static_cast<float>(k) - 3.0f;
  return centroids;
}

struct Layer {
  ModelParts parts;
  Tensor weight, bias;
  uint32_t rows;

  Layer(std::mt19937& random, uint32_t rows_, uint32_t columns, double density, uint32_t centroids) : rows(rows_) {
    OpParts op;
    op.type = testing::fb::OpAttributes_Linear;
    const std::vector<float> codebook = centroids_of(centroids);
    const std::vector<int> codes =
        testing::random_codes(random, size_t{rows} * columns, density, static_cast<int>(centroids));
    weight = testing::values_of(codes, codebook);
    op.weight = parts.sparse({rows, columns}, codes, codebook, 4);
    if (random() % 2 == 0) {
      bias = random_values(random, rows);
      op.bias = parts.dense({rows}, bias);
    }
    parts.ops = {op};
  }
};

TEST_P(SparseLinear, EqualsTheReference) {
  std::mt19937 random(81);
  for (const uint32_t centroids : {1u, 6u, 32u, 33u, 64u, 65u, 256u})
    for (const double density : {0.0, 0.04, 0.3, 1.1}) {
      const uint32_t rows = pick(random, 1, 70), columns = pick(random, 1, 400), batch = pick(random, 1, 20);
      const Layer layer(random, rows, columns, density, centroids);
      const Tensor x = random_values(random, size_t{batch} * columns);
      const std::vector<uint32_t> shape = {batch, columns};
      testing::expect_near(OneOp(layer.parts, {shape})({x}),
                           testing::reference_linear(array_of(shape, x), layer.weight, rows, layer.bias));
    }
}

TEST_P(SparseLinear, DependsOnNeitherThreadsNorBatch) {
  std::mt19937 random(82);
  for (const uint32_t centroids : {6u, 48u, 200u}) {
    const Layer layer(random, 300, 500, 0.2, centroids);
    testing::expect_independence(layer.parts, {19, 500}, random_values(random, 19 * 500));
  }
}

// Infinite inputs reach the rows that have a weight for them and no others, also where a kernel's rows are of one
// length.
TEST_P(SparseLinear, InfinityReachesItsRowsAlone) {
  std::mt19937 random(83);
  const uint32_t rows = 40, columns = 150;
  const Layer layer(random, rows, columns, 0.1, 20);
  for (const uint32_t batch : {1u, 3u})
    for (uint32_t column = 0; column < columns; column += 7) {
      Tensor x(size_t{batch} * columns, 1.0f);
      x[column] = std::numeric_limits<float>::infinity();
      const Tensor y = OneOp(layer.parts, {{batch, columns}})({x});
      for (uint32_t row = 0; row < rows; ++row)
        EXPECT_EQ(std::isfinite(y[row]), layer.weight[size_t{row} * columns + column] == 0.0f) << row << " " << column;
    }
}

// Rows of very different lengths, which slices of rows would pad: another kernel takes them.
TEST_P(SparseLinear, AFullRowAmongEmptyOnes) {
  std::mt19937 random(84);
  const uint32_t rows = 64, columns = 3000;
  ModelParts parts;
  OpParts op;
  op.type = testing::fb::OpAttributes_Linear;
  std::vector<int> codes(size_t{rows} * columns, testing::kPruned);
  for (uint32_t row = 0; row < rows; row += 16)
    for (uint32_t c = 0; c < columns; ++c) codes[size_t{row} * columns + c] = static_cast<int>(c % 5);
  const std::vector<float> codebook = centroids_of(5);
  op.weight = parts.sparse({rows, columns}, codes, codebook, 4);
  parts.ops = {op};
  const OneOp run(parts, {{1, columns}});
  EXPECT_EQ(std::string(run.kernel()).find("slices"), std::string::npos);
  const Tensor x = random_values(random, columns);
  testing::expect_near(
      run({x}), testing::reference_linear(array_of({1, columns}, x), testing::values_of(codes, codebook), rows, {}));
}

}  // namespace
}  // namespace dcm
