// Which kernel of a table a plan takes.
#include "plan/kernel_choice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/model.h"
#include "small_network.h"

namespace dcm {
namespace {

// Takes time in proportion to the number, on any instruction set about the same.
template <uint32_t kColumns>
KernelWork columns(const Site&) {
  return {WorkKind::kColumns, {1e6 * kColumns}};
}

Kernel kernel(const char* name, Isa isa, KernelWork (*work)(const Site&)) {
  Kernel made = {name, OpType::kRelu, WeightForm::kNone, isa, nullptr, nullptr, nullptr, nullptr};
  made.work = work;
  return made;
}

const Kernel kFast = kernel("fast", Isa::kAvx512, columns<1>);
const Kernel kSlow = kernel("slow", Isa::kAvx512, columns<3>);
const Kernel kNarrow = kernel("narrow", Isa::kAvx2, columns<2>);
const Kernel kNarrowest = kernel("narrowest", Isa::kAvx2, columns<1>);
const Kernel kUnknown = kernel("unknown", Isa::kAvx512, nullptr);
const Kernel kNarrowUnknown = kernel("narrow_unknown", Isa::kAvx2, nullptr);
const Kernel kGeneric = kernel("generic", Isa::kGeneric, nullptr);
const Kernel kConvolution = {"conv",  OpType::kConv2d, WeightForm::kSparse, Isa::kAvx512, nullptr, nullptr,
                             nullptr, nullptr};

class KernelChoice : public ::testing::Test {
 protected:
  KernelChoice() {
    testing::ModelParts parts;
    parts.inputs = {{"x", {-1, 16}}};
    parts.add(testing::fb::OpAttributes_Relu);
    parts.outputs = {{"y", parts.last_value()}};
    opened_ = testing::open_bytes(parts.build());
    EXPECT_EQ(opened_.code, DCM_OK) << opened_.text;
  }

  // "the chosen one, the next best", "-" for none.
  std::string choose(const std::vector<Kernel>& kernels, Isa best = Isa::kAvx512) const {
    const KernelList list = {kernels.data(), static_cast<uint32_t>(kernels.size())};
    PlannedOp planned;
    planned.site = opened_.model->plan.ops[0].site;
    choose_kernel({&list, &list + 1}, best, &planned);
    const auto name = [](const Kernel* found) { return std::string(found == nullptr ? "-" : found->name); };
    return name(planned.kernel) + ", " + name(planned.other);
  }

 private:
  testing::Opened opened_;
};

TEST_F(KernelChoice, TheLeastThatIsExpectedOnAnySet) {
  EXPECT_EQ(choose({kNarrow, kSlow, kFast, kGeneric}), "fast, narrow");
  EXPECT_EQ(choose({kSlow, kNarrow, kGeneric}), "narrow, slow");
}

TEST_F(KernelChoice, TheFirstOfTheBestSetWhereNothingIsExpected) {
  EXPECT_EQ(choose({kGeneric, kNarrowUnknown, kUnknown}), "unknown, -");
  EXPECT_EQ(choose({kGeneric, kNarrowUnknown, kUnknown}, Isa::kAvx2), "narrow_unknown, -");
  EXPECT_EQ(choose({kGeneric, kUnknown}, Isa::kAvx2), "generic, -");
}

// It cannot be compared: the order says that it is better.
TEST_F(KernelChoice, OneThatSaysNothingIsBetterThanAllAfterIt) {
  EXPECT_EQ(choose({kUnknown, kFast, kGeneric}), "unknown, -");
  EXPECT_EQ(choose({kSlow, kUnknown, kFast, kGeneric}), "slow, -");
  EXPECT_EQ(choose({kSlow, kUnknown, kNarrowest, kGeneric}), "slow, -");
  EXPECT_EQ(choose({kSlow, kNarrow, kNarrowUnknown, kNarrowest}), "narrow, slow");
}

TEST_F(KernelChoice, OthersDoNotSuit) {
  EXPECT_EQ(choose({kConvolution}), "-, -");
  EXPECT_EQ(choose({kConvolution, kFast}, Isa::kAvx2), "-, -");
}

}  // namespace
}  // namespace dcm
