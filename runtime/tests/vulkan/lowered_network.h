// Runs a network's operators by their lowerings, one after another, on the bare device, and compares what they give
// with the CPU's reference kernels.
#pragma once

#include <gtest/gtest.h>

#include "bare_device.h"
#include "one_op.h"

namespace dcm::testing {

// The device's features that the shaders' variants look at: those of a mask.
class OnEachVariant : public ::testing::TestWithParam<uint32_t> {
 protected:
  uint32_t features() const { return GetParam() & BareDevice::shared().traits().features; }
  void TearDown() override;
};

// The outputs for a batch of so many samples (1 where there is no batch), with shaders that use at most these features.
// Fails the test if an operator has no lowering.
std::vector<Tensor> run_lowered(const ModelParts& parts, const std::vector<Tensor>& inputs, uint32_t batch,
                                uint32_t features);

// Within tolerance of the largest element of what the reference kernels give for random inputs of these shapes, of
// which the first sizes are the batch, unless fixed (as of OneOp). inputs: or for these.
void expect_as_on_cpu(const ModelParts& parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed,
                      uint32_t features, std::mt19937& random, double tolerance = 1e-4);
void expect_as_on_cpu(const ModelParts& parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed,
                      uint32_t features, const std::vector<Tensor>& inputs, double tolerance = 1e-4);

}  // namespace dcm::testing

// With all features and with none.
#define DCM_ON_EACH_VARIANT(suite)                                                               \
  INSTANTIATE_TEST_SUITE_P(Variants, suite, ::testing::Values(0u, ~0u), [](const auto& tested) { \
    return std::string(tested.param == 0 ? "Plain" : "AllFeatures");                             \
  })
