// dcm_options.profile and what it measures.
#include <gtest/gtest.h>

#include <string>

#include "core/clock.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::ContextPointer;
using testing::Tensor;

constexpr size_t kOps = 8;  // of the small network

class ProfileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    opened_ = testing::open_bytes(testing::small_network().build());
    ASSERT_EQ(opened_.code, DCM_OK) << opened_.text;
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.profile = 1;
    profiled_ = create(&options);
    plain_ = create(nullptr);
  }

  ContextPointer create(const dcm_options* options) {
    dcm_context* created = nullptr;
    EXPECT_EQ(dcm_context_create(opened_.model.get(), options, &created, nullptr), DCM_OK);
    return ContextPointer(created);
  }

  Tensor run(dcm_context* context, uint32_t batch) {
    EXPECT_EQ(dcm_context_set_batch(context, batch, nullptr), DCM_OK);
    return testing::run_context(opened_.model.get(), context, {testing::small_input(batch)}, batch)[0];
  }

  dcm_op_profile of(size_t op) {
    dcm_op_profile profile;
    EXPECT_EQ(dcm_context_op_profile(profiled_.get(), op, &profile, &error_), DCM_OK) << error_.text;
    return profile;
  }

  testing::Opened opened_;
  ContextPointer profiled_, plain_;
  dcm_error error_ = {};
};

TEST_F(ProfileTest, NothingBeforeTheFirstRun) {
  for (size_t op = 0; op < kOps; ++op) {
    const dcm_op_profile profile = of(op);
    EXPECT_EQ(profile.runs + profile.last_ns + profile.min_ns + profile.total_ns, 0u);
  }
}

TEST_F(ProfileTest, OperatorsShareTheTimeOfTheRuns) {
  const uint32_t batch = 3001;  // runs in many slices, whose times are added
  uint64_t measured = 0, last = 0;
  for (int i = 0; i < 3; ++i) {
    const uint64_t begin = monotonic_ns();
    run(profiled_.get(), batch);
    last = monotonic_ns() - begin;
    measured += last;
  }
  uint64_t total_of_ops = 0, last_of_ops = 0;
  for (size_t op = 0; op < kOps; ++op) {
    const dcm_op_profile profile = of(op);
    EXPECT_EQ(profile.runs, 3u);
    EXPECT_LE(profile.min_ns, profile.last_ns);
    EXPECT_GE(profile.total_ns, profile.last_ns + 2 * profile.min_ns);
    total_of_ops += profile.total_ns;
    last_of_ops += profile.last_ns;
  }
  EXPECT_LE(total_of_ops, measured);
  EXPECT_LE(last_of_ops, last);
  EXPECT_GT(of(0).min_ns, 0u);                // 3001 convolutions
  EXPECT_GT(of(0).total_ns, of(5).total_ns);  // the flattening is a view
}

TEST_F(ProfileTest, ResetForgets) {
  run(profiled_.get(), 1);
  dcm_context_reset_profile(profiled_.get());
  EXPECT_EQ(of(0).runs, 0u);
  EXPECT_EQ(of(0).total_ns, 0u);
  run(profiled_.get(), 2);
  EXPECT_EQ(of(0).runs, 1u);
  EXPECT_EQ(of(0).total_ns, of(0).last_ns);
  EXPECT_EQ(of(0).min_ns, of(0).last_ns);
}

TEST_F(ProfileTest, AFailedRunDoesNotCount) {
  run(profiled_.get(), 1);
  const float* input = nullptr;
  EXPECT_NE(dcm_context_run(profiled_.get(), &input, nullptr, 1, nullptr, nullptr, 1, &error_), DCM_OK);
  EXPECT_EQ(of(0).runs, 1u);
}

TEST_F(ProfileTest, ResultsAreTheSame) {
  EXPECT_EQ(run(profiled_.get(), 5), run(plain_.get(), 5));
}

TEST_F(ProfileTest, MustBeAskedFor) {
  dcm_op_profile profile = {1, 1, 1, 1};
  run(plain_.get(), 1);
  EXPECT_EQ(dcm_context_op_profile(plain_.get(), 0, &profile, &error_), DCM_CALL_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("options.profile = 1"), std::string::npos) << error_.text;
  EXPECT_EQ(profile.runs, 0u);
  dcm_context_reset_profile(plain_.get());
  dcm_context_reset_profile(nullptr);
}

TEST_F(ProfileTest, WrongArguments) {
  dcm_op_profile profile;
  EXPECT_EQ(dcm_context_op_profile(profiled_.get(), kOps, &profile, &error_), DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error_.text, "operator 8 does not exist: the model has 8");
  EXPECT_EQ(dcm_context_op_profile(nullptr, 0, &profile, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_op_profile(profiled_.get(), 0, nullptr, &error_), DCM_CALL_ARGUMENT);
}

TEST_F(ProfileTest, WeightBytesOfOperators) {
  uint64_t sum = 0;
  for (size_t op = 0; op < kOps; ++op) {
    dcm_op_info info;
    ASSERT_EQ(dcm_model_op(opened_.model.get(), op, &info, nullptr), DCM_OK);
    EXPECT_EQ(info.weight_bytes > 0, info.macs > 0) << info.name;
    sum += info.weight_bytes;
  }
  dcm_load_info load;
  dcm_model_load_info(opened_.model.get(), &load);
  EXPECT_GE(sum, load.weight_bytes);  // no weight is shared here; kernels add what they prepared
}

}  // namespace
}  // namespace dcm
