// The output is the input's memory under another shape, so there is nothing to run.
#include "kernels/generic/generic_kernels.h"

namespace dcm {

const Kernel kReshapeView = {"reshape_view", OpType::kReshape, WeightForm::kNone, Isa::kGeneric,
                             nullptr,        nullptr,          nullptr,           nullptr};

}  // namespace dcm
