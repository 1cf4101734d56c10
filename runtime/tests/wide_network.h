// A network of a few kilobytes that uses every operator of the format, so that its damage reaches every shape rule and
// kernel.
#pragma once

#include "model_builder.h"

namespace dcm::testing {

// Input "x" [B, 2, 6, 6], one output "y".
ModelParts wide_network();

}  // namespace dcm::testing
