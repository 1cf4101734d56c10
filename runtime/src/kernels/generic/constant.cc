// The output is the weight's memory, so there is nothing to run.
#include "kernels/generic/generic_kernels.h"

namespace dcm {

const Kernel kConstantView = {"constant_view", OpType::kConstant, WeightForm::kNone, Isa::kGeneric,
                              nullptr,         nullptr,           nullptr,           nullptr};

}  // namespace dcm
