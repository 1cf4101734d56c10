// An operator of a placed model as steps.
#pragma once

#include "vulkan/placed_model.h"

namespace dcm::vulkan {

// Replaces what the list has by the steps of operator i, which the device runs, for so many samples of the batch.
Status lower_op(const PlacedModel& model, uint32_t i, uint32_t samples, StepList& steps);

}  // namespace dcm::vulkan
