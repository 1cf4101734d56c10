// What Conv1d and Conv2d have in common.
#pragma once

#include "ops/op_rule.h"

namespace dcm {

// GRAPH_ATTRIBUTE unless there is at least 1 group and the strides, paddings and dilations are in range.
Status verify_convolution(const ConvolutionAttributes& convolution);

// OpRule::infer for an input of this rank, 4 (NCHW) or 3 (NCL). Takes the kernel's size from the weight.
Status infer_convolution(const Site& site, uint32_t rank, Op* op, Shape* output);

// OpRule::macs.
uint64_t convolution_macs(const Site& site);

}  // namespace dcm
