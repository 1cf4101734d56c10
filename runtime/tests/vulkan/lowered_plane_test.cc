// Pools and Resize2d.
#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::pick;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

class LoweredPlanes : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredPlanes);

TEST_P(LoweredPlanes, SlidingWindows) {
  std::mt19937 random(61);
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(i);
    const bool largest = i % 2 == 0;
    ModelParts parts;
    OpParts& op = parts.add(largest ? fb::OpAttributes_MaxPool2d : fb::OpAttributes_AveragePool2d);
    op.kernel_h = pick(random, 1, 5);
    op.kernel_w = pick(random, 1, 5);
    op.stride_h = pick(random, 1, 4);
    op.stride_w = pick(random, 1, 4);
    if (largest) op.dilation_h = pick(random, 1, 2);
    if (largest) op.dilation_w = pick(random, 1, 2);
    op.pad_top = pick(random, 0, op.kernel_h / 2);
    op.pad_bottom = pick(random, 0, op.kernel_h / 2);
    op.pad_left = pick(random, 0, op.kernel_w / 2);
    op.pad_right = pick(random, 0, op.kernel_w / 2);
    op.ceil_mode = random() % 2 == 0;
    op.count_include_pad = random() % 2 == 0;
    op.divisor = !largest && random() % 3 == 0 ? 7 : 0;
    const Shape32 shape = {pick(random, 1, 3), pick(random, 1, 4),
                           op.dilation_h * (op.kernel_h - 1) + pick(random, 1, 9),
                           op.dilation_w * (op.kernel_w - 1) + pick(random, 1, 9)};
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random, 1e-6);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredPlanes, AdaptiveWindows) {
  std::mt19937 random(62);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    ModelParts parts;
    OpParts& op = parts.add(i % 2 == 0 ? fb::OpAttributes_AdaptiveMaxPool2d : fb::OpAttributes_AdaptiveAveragePool2d);
    op.out_h = i % 6 < 2 ? 1 : pick(random, 1, 14);
    op.out_w = i % 6 < 2 ? 1 : pick(random, 1, 14);
    const Shape32 shape = {pick(random, 1, 3), pick(random, 1, 4), pick(random, 1, 20), pick(random, 1, 20)};
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random, 1e-6);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredPlanes, Resize) {
  std::mt19937 random(63);
  for (int i = 0; i < 100; ++i) {
    SCOPED_TRACE(i);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Resize2d);
    op.out_h = pick(random, 1, 17);
    op.out_w = pick(random, 1, 17);
    op.interpolation = i % 2 == 0 ? fb::Interpolation_Nearest : fb::Interpolation_Bilinear;
    op.align_corners = i % 4 == 1;
    if (i % 5 == 0) op.scale_h = 0.37f;
    if (i % 7 == 0) op.scale_w = 1.83f;
    const Shape32 shape = {pick(random, 1, 3), pick(random, 1, 4), pick(random, 1, 12), pick(random, 1, 12)};
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random, 1e-5);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace dcm
