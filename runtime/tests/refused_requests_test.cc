// The system refuses memory, a thread or a mapping at every moment at which the runtime asks for one: an error with its
// code, nothing left behind, and what was there before goes on working.
#include <gtest/gtest.h>

#include <functional>

#include "packed_file.h"
#include "small_network.h"
#include "temporary_file.h"
#include "wide_network.h"
#include "wrapped_system.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::Opened;
using testing::Request;
using testing::Tensor;

dcm_options with_threads(uint32_t threads) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = threads;
  options.profile = 1;
  return options;
}

// Refuses the first request of attempt(), then the second, and so on, until there are no more to refuse. attempt()
// returns its code. Gives the number of refusals.
int refuse_each(Request kind, int expected_code, const std::function<int()>& attempt) {
  for (int accepted = 0;; ++accepted) {
    const int before = testing::live_blocks();
    testing::refuse_after(kind, accepted);
    const int code = attempt();
    if (!testing::was_refused()) {
      EXPECT_EQ(code, DCM_OK);
      return accepted;
    }
    EXPECT_EQ(code, expected_code) << "after " << accepted;
    EXPECT_EQ(testing::live_blocks(), before) << "after " << accepted;
    if (::testing::Test::HasFailure()) return accepted;
  }
}

struct Network {
  const char* name;
  testing::ModelParts (*parts)();
  bool packed;
};

class RefusedRequests : public ::testing::TestWithParam<Network> {
 protected:
  static Bytes file() {
    const Bytes plain = GetParam().parts().build();
    return GetParam().packed ? testing::packed_file(plain) : plain;
  }
  const Bytes bytes_ = file();
  const dcm_options options_ = with_threads(3);

  int open() const { return testing::open_bytes(bytes_, &options_).code; }
};

TEST_P(RefusedRequests, MemoryOfLoading) {
  EXPECT_GT(refuse_each(Request::kMemory, DCM_MACHINE_MEMORY, [&] { return open(); }), 20);
  EXPECT_EQ(testing::live_blocks(), 0);
}

TEST_P(RefusedRequests, ThreadsOfLoading) {
  EXPECT_EQ(refuse_each(Request::kThread, DCM_MACHINE_THREAD, [&] { return open(); }), 2);
}

TEST_P(RefusedRequests, MemoryAndThreadsOfAContext) {
  const Opened opened = testing::open_bytes(bytes_);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  const auto create = [&] {
    dcm_context* context = nullptr;
    const int code = dcm_context_create(opened.model.get(), &options_, &context, nullptr);
    EXPECT_EQ(code == DCM_OK, context != nullptr);
    dcm_context_destroy(context);
    return code;
  };
  EXPECT_GT(refuse_each(Request::kMemory, DCM_MACHINE_MEMORY, create), 3);
  EXPECT_EQ(refuse_each(Request::kThread, DCM_MACHINE_THREAD, create), 2);
}

TEST_P(RefusedRequests, MemoryOfABatchLeavesTheOldOne) {
  const Opened opened = testing::open_bytes(bytes_);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  dcm_context* created = nullptr;
  ASSERT_EQ(dcm_context_create(opened.model.get(), &options_, &created, nullptr), DCM_OK);
  const testing::ContextPointer context(created);
  const Tensor x = testing::small_input(1);
  const Tensor expected = testing::run_context(opened.model.get(), created, {x}, 1)[0];
  int refusals = 0;
  for (int code = DCM_MACHINE_MEMORY; code != DCM_OK; ++refusals) {
    testing::refuse_after(Request::kMemory, refusals);
    code = dcm_context_set_batch(created, 300, nullptr);
    EXPECT_EQ(testing::was_refused(), code == DCM_MACHINE_MEMORY);
    if (code != DCM_OK) EXPECT_EQ(testing::run_context(opened.model.get(), created, {x}, 1)[0], expected);
    ASSERT_LT(refusals, 100);
  }
  EXPECT_GT(refusals, 2);
  const Tensor many = testing::small_input(300);
  EXPECT_EQ(testing::run_context(opened.model.get(), created, {many}, 300)[0],
            testing::run_model(opened.model.get(), {many}, 300)[0]);
}

INSTANTIATE_TEST_SUITE_P(Networks, RefusedRequests,
                         ::testing::Values(Network{"small", testing::small_network, false},
                                           Network{"wide", testing::wide_network, false},
                                           Network{"small_packed", testing::small_network, true},
                                           Network{"wide_packed", testing::wide_network, true}),
                         [](const auto& test) { return std::string(test.param.name); });

// What is made of the packed model is one block more.
TEST(RefusedRequestsOfAPackedFile, AreOneMore) {
  const Bytes plain = testing::small_network().build(), packed = testing::packed_file(plain);
  const auto refusals = [](const Bytes& bytes) {
    return refuse_each(Request::kMemory, DCM_MACHINE_MEMORY, [&] { return testing::open_bytes(bytes).code; });
  };
  EXPECT_EQ(refusals(packed), refusals(plain) + 1);
}

TEST(RefusedMapping, IsAnErrorOfTheFile) {
  const testing::TemporaryFile file(testing::small_network().build());
  const auto open = [&] {
    dcm_model* model = nullptr;
    const int code = dcm_model_open(file.path().c_str(), nullptr, &model, nullptr);
    dcm_model_close(model);
    return code;
  };
  EXPECT_EQ(refuse_each(Request::kMapping, DCM_FILE_IO, open), 1);
  EXPECT_GT(refuse_each(Request::kMemory, DCM_MACHINE_MEMORY, open), 20);
}

TEST(RefusedRequestsOfAPool, LeaveNothing) {
  const auto create = [] {
    dcm_pool* pool = nullptr;
    const int code = dcm_pool_create(4, &pool, nullptr);
    dcm_pool_destroy(pool);
    return code;
  };
  EXPECT_EQ(refuse_each(Request::kMemory, DCM_MACHINE_MEMORY, create), 2);
  EXPECT_EQ(refuse_each(Request::kThread, DCM_MACHINE_THREAD, create), 3);
}

}  // namespace
}  // namespace dcm
