#include <executorch/extension/tensor/tensor.h>
#include <executorch/runtime/backend/options.h>
#include <gtest/gtest.h>

#include "dcmobile/executorch.h"
#include "loaded_delegate.h"
#include "loaded_model.h"
#include "small_network.h"

namespace dcm::executorch {
namespace {

using et::Error;
using ::executorch::aten::ScalarType;
using ::executorch::aten::TensorShapeDynamism;
using ::executorch::extension::make_tensor_ptr;
using testing::Tensor;

// The small network's input, and its output with room for so many samples.
TensorPtr input_of(Tensor values, int batch) {
  return make_tensor_ptr({batch, 2, 6, 6}, std::move(values));
}
TensorPtr output_of(int room) {
  return make_tensor_ptr({room, 3}, Tensor(static_cast<size_t>(room) * 3), {}, {}, ScalarType::Float,
                         TensorShapeDynamism::DYNAMIC_BOUND);
}
Tensor values_of(const TensorPtr& tensor) {
  const float* first = tensor->const_data_ptr<float>();
  return Tensor(first, first + tensor->numel());
}

Tensor expected(const Bytes& blob, const Tensor& input, uint32_t batch) {
  return testing::run_model(testing::open_bytes(blob).model.get(), {input}, batch)[0];
}

TEST(Delegate, GivesWhatTheRuntimeGives) {
  const Bytes blob = testing::small_network().build();
  LoadedDelegate delegate(blob);
  ASSERT_EQ(delegate.error(), Error::Ok);
  const Tensor x = testing::small_input(1);
  const TensorPtr output = output_of(1);
  ASSERT_EQ(delegate.call(input_of(x, 1), output), Error::Ok);
  EXPECT_EQ(values_of(output), expected(blob, x, 1));
}

// Without a GPU, or a build for one, the CPU does it.
TEST(Delegate, RunsOnADevice) {
  const Bytes blob = testing::small_network().build();
  et::BackendOptions<1> options;
  ASSERT_EQ(options.set_option("device", "vulkan"), Error::Ok);
  LoadedDelegate delegate(blob, {options.view().data(), options.view().size()});
  ASSERT_EQ(delegate.error(), Error::Ok);
  for (const int batch : {1, 3}) {
    const Tensor x = testing::small_input(static_cast<uint32_t>(batch));
    const TensorPtr output = output_of(3);
    ASSERT_EQ(delegate.call(input_of(x, batch), output), Error::Ok);
    const Tensor found = values_of(output), right = expected(blob, x, static_cast<uint32_t>(batch));
    ASSERT_EQ(found.size(), right.size());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], right[i], 1e-5);
  }
}

TEST(Delegate, FreesTheBlobOnceItIsDecoded) {
  LoadedDelegate delegate(testing::small_network().build());
  EXPECT_EQ(delegate.freed(), 1);
}

TEST(Delegate, TakesAnyBatch) {
  const Bytes blob = testing::small_network().build();
  LoadedDelegate delegate(blob);
  for (const int batch : {3, 1, 8, 8, 2}) {
    const Tensor x = testing::small_input(static_cast<uint32_t>(batch), 7);
    const TensorPtr output = output_of(8);
    ASSERT_EQ(delegate.call(input_of(x, batch), output), Error::Ok) << batch;
    ASSERT_EQ(output->size(0), batch);
    EXPECT_EQ(values_of(output), expected(blob, x, static_cast<uint32_t>(batch)));
  }
}

TEST(Delegate, RefusesAnOutputThatIsTooSmall) {
  LoadedDelegate delegate(testing::small_network().build());
  EXPECT_NE(delegate.call(input_of(testing::small_input(4), 4), output_of(2)), Error::Ok);
}

TEST(Delegate, RefusesChannelsLast) {
  LoadedDelegate delegate(testing::small_network().build());
  const TensorPtr input = make_tensor_ptr({1, 2, 6, 6}, testing::small_input(1), {0, 2, 3, 1}, {72, 1, 12, 2});
  EXPECT_EQ(delegate.call(input, output_of(1)), Error::InvalidArgument);
  const TensorPtr output = make_tensor_ptr({1, 3}, Tensor(3), {1, 0}, {1, 1});
  EXPECT_EQ(delegate.call(input_of(testing::small_input(1), 1), output), Error::InvalidArgument);
}

TEST(Delegate, RefusesTensorsThatDoNotFit) {
  LoadedDelegate delegate(testing::small_network().build());
  const TensorPtr output = output_of(1);
  EXPECT_EQ(delegate.call(make_tensor_ptr({1, 2, 6, 5}, Tensor(60)), output), Error::InvalidArgument);
  EXPECT_EQ(delegate.call(make_tensor_ptr({2, 6, 6}, Tensor(72)), output), Error::InvalidArgument);
  EXPECT_EQ(delegate.call(make_tensor_ptr({0, 2, 6, 6}, Tensor()), output), Error::InvalidArgument);
  EXPECT_EQ(delegate.call(make_tensor_ptr({1, 2, 6, 6}, std::vector<double>(72)), output), Error::InvalidArgument);
  const TensorPtr good = input_of(testing::small_input(1), 1);
  EXPECT_EQ(delegate.call(std::vector<et::EValue>(), {output}), Error::InvalidArgument);
  EXPECT_EQ(delegate.call({et::EValue(*good), et::EValue(*good)}, {output}), Error::InvalidArgument);
  EXPECT_EQ(delegate.call({et::EValue(*good)}, std::vector<TensorPtr>()), Error::InvalidArgument);
  EXPECT_EQ(delegate.call(good, output), Error::Ok);
}

TEST(Delegate, PassesOverSizes) {
  LoadedDelegate delegate(testing::small_network().build());
  const TensorPtr input = input_of(testing::small_input(1), 1), output = output_of(1);
  EXPECT_EQ(delegate.call({et::EValue(int64_t{1}), et::EValue(*input)}, {output}), Error::Ok);
}

TEST(Delegate, TakesWholeNumbers) {
  const Bytes blob = testing::small_network().build();
  LoadedDelegate delegate(blob);
  std::vector<int64_t> whole(72);
  for (size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<int64_t>(i % 5) - 2;
  const TensorPtr output = output_of(1);
  ASSERT_EQ(delegate.call(make_tensor_ptr({1, 2, 6, 6}, whole), output), Error::Ok);
  EXPECT_EQ(values_of(output), expected(blob, Tensor(whole.begin(), whole.end()), 1));
  const std::vector<int32_t> narrow(whole.begin(), whole.end());
  const TensorPtr again = output_of(1);
  ASSERT_EQ(delegate.call(make_tensor_ptr({1, 2, 6, 6}, narrow), again), Error::Ok);
  EXPECT_EQ(values_of(again), values_of(output));
}

TEST(Delegate, SaysWhichExecutorchItIsFor) {
  EXPECT_STREQ(dcmobile_executorch_version(), DCMOBILE_EXECUTORCH_VERSION);
}

TEST(Delegate, ANameIsRegisteredOnce) {
  EXPECT_EQ(dcmobile_executorch_register(), 0);
  EXPECT_EQ(dcmobile_executorch_register(), 0);
}

}  // namespace
}  // namespace dcm::executorch
