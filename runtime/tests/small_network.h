// A network of a few hundred bytes that uses some operators and every form of weight.
#pragma once

#include <random>

#include "loaded_model.h"
#include "model_builder.h"

namespace dcm::testing {

// Input "picture" [B, 2, 6, 6], output "scores" [B, 3].
ModelParts small_network();

// Samples of the network's input.
Tensor small_input(uint32_t batch, uint32_t seed = 1);

// Random codes for a weight: an element is pruned unless random() gives it one of the codes.
std::vector<int> random_codes(std::mt19937& random, size_t count, double density, uint32_t codebook);
// count values in [-1, 1).
Tensor random_values(std::mt19937& random, size_t count);

}  // namespace dcm::testing
