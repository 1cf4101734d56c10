// Convolutions by Winograd's minimal filtering: each kernel, wherever the plan would take it or not, against the
// generic kernel, and when the plan takes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/model.h"
#include "forced_isa.h"
#include "kernels/kernel_table.h"
#include "kernels/winograd_layout.h"
#include "one_op.h"

namespace dcm::testing {
namespace {

using Shape32 = std::vector<uint32_t>;

// Of the largest output. The error is about 1e-5 at most (simd/winograd_transforms.h).
constexpr double kTolerance = 5e-5;

// An operator of a model that was planned with generic kernels, which leave its weight as it was.
class Reference {
 public:
  Reference(const ModelParts& parts, const Shape32& shape) : generic_(Isa::kGeneric), run_(parts, {shape}) {}

  const Site& site() const { return run_.model()->plan.ops[0].site; }
  Tensor operator()(const Tensor& x) const { return run_({x}); }

 private:
  ForcedIsa generic_;
  OneOp run_;
};

// The kernel's results for the site, its units run in so many parts, each as if by a thread of its own. added: what an
// Add that is fused adds.
Tensor run_kernel(const Kernel& kernel, const Site& site, const Tensor& x, uint32_t batch, uint64_t parts,
                  const float* added = nullptr) {
  MemoryBudget budget(1u << 30);
  Prepared prepared;
  EXPECT_EQ(kernel.prepare(site, budget, &prepared).code(), DCM_OK);
  const Shape& out = site.written();
  Tensor y(out.product(1, out.rank) * batch * out.dims[0]);
  const float* inputs[] = {x.data()};
  const Call call = {&site, &prepared, batch, inputs, {y.data()}, added};
  const uint64_t units = kernel.units(site, batch, prepared);
  for (uint64_t part = 0; part < parts; ++part) {
    Array<uint8_t> scratch;  // of its own and no larger than asked for
    EXPECT_EQ(scratch.allocate(budget, kernel.scratch(site, prepared)).code(), DCM_OK);
    std::fill(scratch.begin(), scratch.end(), uint8_t{0xff});  // NaNs
    const uint64_t begin = units * part / parts, end = units * (part + 1) / parts;
    if (begin < end) kernel.run(call, begin, end, scratch.data());
  }
  return y;
}

class WinogradKernels : public ::testing::TestWithParam<const Kernel*> {
 protected:
  static const Kernel& kernel() { return *GetParam(); }
};

std::vector<const Kernel*> winograd_kernels() {
  std::vector<const Kernel*> found;
  for (const Kernel* kernel : kernel_table())
    if (std::string(kernel->name).find("_winograd_") != std::string::npos && isa_available(kernel->isa))
      found.push_back(kernel);
  return found;
}

INSTANTIATE_TEST_SUITE_P(Kernels, WinogradKernels, ::testing::ValuesIn(winograd_kernels()),
                         [](const auto& tested) { return std::string(tested.param->name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WinogradKernels);  // where there are no vectors

// Planes of any size and padding: less than a tile, tiles that hang over the edge, several runs and bands; channels and
// outputs that are no whole vectors or blocks.
TEST_P(WinogradKernels, EqualTheReference) {
  std::mt19937 random(71);

  for (int i = 0; i < 60; ++i) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.pad_top = pick(random, 0, i % 5 == 0 ? 9 : 2);
    op.pad_bottom = pick(random, 0, 2);
    op.pad_left = pick(random, 0, i % 5 == 1 ? 40 : 2);
    op.pad_right = pick(random, 0, i % 5 == 2 ? 40 : 2);
    const uint32_t most = i % 10 == 9 ? 90 : 30, side = i % 4 < 2 ? 3 : 5;
    op.groups = i % 3 == 1 ? pick(random, 2, 4) : 1;
    const Shape32 shape = {pick(random, 1, 3), op.groups * (i % 7 == 0 ? 1 : pick(random, 1, 40 / op.groups)),
                           std::max(pick(random, 1, most), side - std::min(op.pad_top + op.pad_bottom, side - 1)),
                           std::max(pick(random, 1, most), side - std::min(op.pad_left + op.pad_right, side - 1))};
    const Shape32 weight_shape = {op.groups * pick(random, 1, 50 / op.groups), shape[1] / op.groups, side, side};
    ModelParts parts;
    Tensor weight;
    op.weight = add_weight(&parts, kernel().form, random, weight_shape, &weight);
    if (i % 2 == 0) op.bias = parts.dense({weight_shape[0]}, random_values(random, weight_shape[0]));
    const fb::Activation activations[] = {fb::Activation_None, fb::Activation_Relu, fb::Activation_Relu6,
                                          fb::Activation_HardSwish};
    op.activation = activations[i / 2 % 4];
    parts.ops = {op};
    const Reference reference(parts, shape);
    const Tensor x = random_tensor(random, shape), expected = reference(x);
    const Tensor found = run_kernel(kernel(), reference.site(), x, shape[0], 1);
    expect_near(found, std::vector<double>(expected.begin(), expected.end()), kTolerance);
    if (HasFatalFailure()) FAIL() << "case " << i;
    for (const uint64_t threads : {2u, 3u, 5u})
      ASSERT_EQ(run_kernel(kernel(), reference.site(), x, shape[0], threads), found)
          << threads << " threads, case " << i;
  }
}

// More channels and outputs than a block.
TEST_P(WinogradKernels, ManyChannels) {
  std::mt19937 random(72);
  for (const uint32_t channels : {130u, 131u, 300u}) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.pad_top = op.pad_bottom = op.pad_left = op.pad_right = 1;
    const uint32_t side = channels == 131 ? 5 : 3;
    const Shape32 shape = {2, channels, 14, 17};
    ModelParts parts;
    Tensor weight;
    op.weight = add_weight(&parts, kernel().form, random, {70, channels, side, side}, &weight);
    parts.ops = {op};
    const Reference reference(parts, shape);
    const Tensor x = random_tensor(random, shape), expected = reference(x);
    expect_near(run_kernel(kernel(), reference.site(), x, 2, 3), std::vector<double>(expected.begin(), expected.end()),
                kTolerance);
  }
}

// The largest of 2 x 2 elements of each plane; a last row or column without a neighbour is left out.
Tensor pool(const Tensor& x, uint32_t height, uint32_t width) {
  Tensor pooled;
  for (size_t plane = 0; plane < x.size(); plane += size_t{height} * width)
    for (uint32_t i = 0; i + 1 < height; i += 2)
      for (uint32_t j = 0; j + 1 < width; j += 2) {
        const float* at = x.data() + plane + i * width + j;
        pooled.push_back(std::max(std::max(at[0], at[1]), std::max(at[width], at[width + 1])));
      }
  return pooled;
}

// What is fused is exactly what comes after the kernel otherwise: planes of every size modulo a tile, several bands.
TEST_P(WinogradKernels, FuseAddsAndPools) {
  std::mt19937 random(76);
  for (uint32_t i = 0; i < 48; ++i) {
    const uint32_t side = i % 4 == 3 ? 5 : 3, most = i % 8 == 7 ? 110 : 40;
    OpParts op, next;
    op.type = fb::OpAttributes_Conv2d;
    op.pad_top = op.pad_bottom = op.pad_left = op.pad_right = side / 2;
    op.groups = i % 5 == 4 ? 2 : 1;
    const bool adds = i % 2 == 0;
    const Shape32 shape = {pick(random, 1, 2), 2 * pick(random, 1, 20), pick(random, 2, most), pick(random, 2, most)};
    const Shape32 weight_shape = {2 * pick(random, 1, 25), shape[1] / op.groups, side, side};
    (adds ? next : op).activation = i % 3 == 0 ? fb::Activation_None : fb::Activation_Relu;
    next.type = adds ? fb::OpAttributes_Add : fb::OpAttributes_MaxPool2d;
    next.kernel_h = next.kernel_w = next.stride_h = next.stride_w = 2;
    ModelParts parts;
    Tensor weight;
    op.weight = add_weight(&parts, kernel().form, random, weight_shape, &weight);
    if (adds) next.inputs = {{1, 1}};
    parts.ops = {op, next};
    const Reference reference(parts, shape);
    Site site = reference.site();
    const Tensor x = random_tensor(random, shape), plain = run_kernel(kernel(), site, x, shape[0], 1);
    const Tensor other = random_tensor(random, {static_cast<uint32_t>(plain.size())});
    Tensor expected = plain;
    if (adds)
      for (size_t k = 0; k < plain.size(); ++k) {
        expected[k] = plain[k] + other[k];
        if (next.activation == fb::Activation_Relu) expected[k] = std::max(expected[k], 0.0f);
      }
    else
      expected = pool(plain, shape[2], shape[3]);
    site.fused = &site.graph->ops[1];
    ASSERT_TRUE(kernel().fuses(site, *site.fused)) << "case " << i;
    for (const uint64_t threads : {1u, 2u, 5u})
      ASSERT_EQ(run_kernel(kernel(), site, x, shape[0], threads, adds ? other.data() : nullptr), expected)
          << threads << " threads, case " << i << ", " << shape[2] << " x " << shape[3];
  }
}

TEST_P(WinogradKernels, FitNothingElse) {
  std::mt19937 random(73);
  const auto supported = [&](const OpParts& like, const Shape32& weight_shape, const Shape32& shape) {
    OpParts op = like;
    op.type = fb::OpAttributes_Conv2d;
    ModelParts parts;
    Tensor weight;
    op.weight = add_weight(&parts, kernel().form, random, weight_shape, &weight);
    parts.ops = {op};
    return kernel().supports(Reference(parts, shape).site());
  };
  OpParts op, strided, dilated;
  strided.stride_h = 2;
  dilated.dilation_w = 2;
  const Shape32 shape = {1, 64, 40, 40};
  EXPECT_TRUE(supported(op, {64, 64, 3, 3}, shape));
  EXPECT_FALSE(supported(strided, {64, 64, 3, 3}, shape));
  EXPECT_FALSE(supported(dilated, {64, 64, 3, 3}, shape));
  EXPECT_FALSE(supported(op, {64, 64, 3, 1}, shape));
  EXPECT_TRUE(supported(op, {64, 64, 5, 5}, shape));
  EXPECT_FALSE(supported(op, {64, 64, 5, 3}, shape));
  EXPECT_FALSE(supported(op, {64, 64, 7, 7}, shape));
  EXPECT_FALSE(supported(op, {64, 64, 4, 4}, shape));
  OpParts depthwise;
  depthwise.groups = 64;
  EXPECT_FALSE(supported(depthwise, {64, 1, 3, 3}, shape));
}

class WinogradChoice : public OnEachIsa {};
DCM_ON_EACH_ISA(WinogradChoice);

std::string planned_kernel(double density, uint32_t channels, uint32_t size) {
  std::mt19937 random(74);
  OpParts op;
  op.type = fb::OpAttributes_Conv2d;
  op.pad_top = op.pad_bottom = op.pad_left = op.pad_right = 1;
  ModelParts parts;
  const std::vector<int> codes = random_codes(random, size_t{channels} * channels * 9, density, 5);
  op.weight = parts.sparse({channels, channels, 3, 3}, codes, {-1.0f, -0.5f, 0.5f, 1.0f, 2.0f}, 4, 1000);
  parts.ops = {op};
  return OneOp(parts, {{1, channels, size, size}}).kernel();
}

// Where there are vectors, by density: what was measured far on both sides.
TEST_P(WinogradChoice, FollowsTheDensity) {
  const std::string winograd = std::string("conv2d_winograd_sparse_") + isa_name(GetParam());
  const bool vectors = GetParam() != Isa::kGeneric;
  EXPECT_EQ(planned_kernel(0.45, 128, 56) == winograd, vectors);
  EXPECT_EQ(planned_kernel(0.45, 128, 14) == winograd, vectors);
  EXPECT_NE(planned_kernel(0.1, 128, 56), winograd);
  EXPECT_NE(planned_kernel(0.1, 128, 14), winograd);
}

TEST_P(WinogradChoice, RunsInAModel) {
  std::mt19937 random(75);
  OpParts op;
  op.type = fb::OpAttributes_Conv2d;
  op.pad_top = op.pad_left = 1;
  op.activation = fb::Activation_Relu;
  ModelParts parts;
  Tensor weight;
  op.weight = add_weight(&parts, WeightForm::kDense, random, {40, 48, 3, 3}, &weight);
  parts.ops = {op};
  const Shape32 shape = {3, 48, 50, 45};
  const Tensor x = random_tensor(random, shape);
  expect_independence(parts, shape, x);
  const Tensor expected = Reference(parts, shape)(x);
  setenv("DCM_ISA", isa_name(GetParam()), 1);  // Reference forced another one
  expect_near(OneOp(parts, {shape})({x}), std::vector<double>(expected.begin(), expected.end()), kTolerance);
}

}  // namespace
}  // namespace dcm::testing
