// The reference kernels: portable C++ for every operator and form of weight. Every faster kernel is tested against
// them.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

extern const Kernel kLinearSparseGeneric;
extern const Kernel kLinearDenseSharedGeneric;
extern const Kernel kLinearDenseGeneric;
extern const Kernel kConv2dSparseGeneric;
extern const Kernel kConv2dDenseSharedGeneric;
extern const Kernel kConv2dDenseGeneric;
extern const Kernel kMaxPool2dGeneric;
extern const Kernel kReluGeneric;
extern const Kernel kFlattenView;
extern const Kernel kAddGeneric;
extern const Kernel kSoftmaxGeneric;

}  // namespace dcm
