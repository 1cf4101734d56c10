// A blob that came from anywhere gives an error code of ExecuTorch or a network that runs, and nothing else.
#include <executorch/extension/tensor/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "argument_order.h"
#include "error_codes.h"
#include "loaded_delegate.h"
#include "loaded_model.h"
#include "small_network.h"
#include "wide_network.h"

namespace dcm::executorch {
namespace {

using et::Error;
using ::executorch::extension::make_tensor_ptr;

const std::set<Error> kRefusals = {Error::InvalidProgram, Error::DelegateInvalidCompatibility,
                                   Error::DelegateMemoryAllocationFailed};

// The error of loading the blob; one that loads is called, with whatever comes of it.
Error load_and_call(const Bytes& blob, int outputs) {
  LoadedDelegate delegate(blob);
  if (delegate.error() != Error::Ok) {
    EXPECT_EQ(kRefusals.count(delegate.error()), 1u) << et::to_string(delegate.error());
    return delegate.error();
  }
  const TensorPtr input = make_tensor_ptr({1, 2, 6, 6}, testing::small_input(1));
  (void)delegate.call(input, make_tensor_ptr({1, outputs}, std::vector<float>(static_cast<size_t>(outputs))));
  return Error::Ok;
}

TEST(HostileBlob, TruncatedAtEveryLength) {
  const Bytes blob = testing::small_network().build();
  for (size_t size = 0; size + 64 < blob.size(); ++size) {
    const Bytes cut(blob.begin(), blob.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(load_and_call(cut, 3), Error::InvalidProgram) << size;
  }
}

TEST(HostileBlob, EveryByteFlipped) {
  const Bytes blob = testing::wide_network().build();
  std::mt19937 random(43);
  int refused = 0;
  for (size_t i = 0; i < blob.size(); ++i) {
    Bytes flipped = blob;
    flipped[i] = static_cast<uint8_t>(flipped[i] ^ 1u << random() % 8);
    refused += load_and_call(flipped, 5) != Error::Ok;
  }
  EXPECT_GT(refused, static_cast<int>(blob.size() / 4));
}

TEST(HostileBlob, NotADcmodel) {
  const std::string text = "This is a text file, and rather a long one for its kind.";
  EXPECT_EQ(load_and_call(Bytes(text.begin(), text.end()), 3), Error::InvalidProgram);
  EXPECT_EQ(load_and_call(Bytes(1000, 0), 3), Error::InvalidProgram);
  EXPECT_EQ(load_and_call({}, 3), Error::InvalidProgram);
}

TEST(HostileBlob, ANewerFormat) {
  testing::ModelParts parts = testing::small_network();
  parts.version = 999;
  EXPECT_EQ(load_and_call(parts.build(), 3), Error::DelegateInvalidCompatibility);
}

// The error of loading the small network, of one input and one output, with a compile spec.
Error load_with(const char* key, std::vector<uint8_t> value, size_t times = 1) {
  const std::vector<et::CompileSpec> specs(times, {key, {value.data(), value.size()}});
  return LoadedDelegate(testing::small_network().build(), {}, nullptr, {specs.data(), specs.size()}).error();
}

TEST(HostileOrder, OnlyAnOrderOfAllIsTaken) {
  EXPECT_EQ(load_with("inputs", {0, 0}), Error::Ok);
  EXPECT_EQ(load_with("outputs", {0, 0}), Error::Ok);
  for (const char* key : {"inputs", "outputs"}) {
    EXPECT_EQ(load_with(key, {1, 0}), Error::InvalidProgram);
    EXPECT_EQ(load_with(key, {0xFF, 0xFF}), Error::InvalidProgram);
    EXPECT_EQ(load_with(key, {0}), Error::InvalidProgram);
    EXPECT_EQ(load_with(key, {0, 0, 0, 0}), Error::InvalidProgram);
    EXPECT_EQ(load_with(key, {}), Error::InvalidProgram);
    EXPECT_EQ(load_with(key, {0, 0}, 2), Error::InvalidProgram);
  }
  EXPECT_EQ(load_with("weights", {0, 0}), Error::DelegateInvalidCompatibility);
}

TEST(HostileOrder, EachArgumentIsThereOnce) {
  std::vector<uint8_t> memory(1024);
  et::MemoryAllocator allocator(static_cast<uint32_t>(memory.size()), memory.data());
  std::vector<uint8_t> value = {2, 0, 0, 0, 1, 0};  // the network's first is the third argument
  const et::CompileSpec good{"outputs", {value.data(), value.size()}};
  ArgumentOrder order;
  ASSERT_EQ(read_argument_order({&good, 1}, 1, 3, &allocator, &order), Error::Ok);
  EXPECT_EQ(order.inputs, nullptr);
  for (size_t argument = 0; argument < 3; ++argument)
    EXPECT_EQ(place_of(order.outputs, argument), (std::vector<size_t>{1, 2, 0})[argument]);
  value = {2, 0, 2, 0, 1, 0};
  ArgumentOrder twice;
  EXPECT_EQ(read_argument_order({&good, 1}, 1, 3, &allocator, &twice), Error::InvalidProgram);
}

TEST(ErrorCodes, EveryCodeHasOne) {
  EXPECT_EQ(error_of(DCM_OK), Error::Ok);
  EXPECT_EQ(error_of(DCM_FILE_CHECKSUM), Error::InvalidProgram);
  EXPECT_EQ(error_of(DCM_GRAPH_SHAPE), Error::InvalidProgram);
  EXPECT_EQ(error_of(DCM_MACHINE_LIMIT), Error::DelegateMemoryAllocationFailed);
  EXPECT_EQ(error_of(DCM_MACHINE_THREAD), Error::OutOfResources);
  EXPECT_EQ(error_of(DCM_CALL_VALUE), Error::InvalidArgument);
  EXPECT_EQ(error_of(-1), Error::Internal);
}

}  // namespace
}  // namespace dcm::executorch
