// A blob that came from anywhere gives an error code of ExecuTorch or a network that runs, and nothing else.
#include <executorch/extension/tensor/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

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
