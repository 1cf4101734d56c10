// A weight as shaders read it: README.md has the table.
#pragma once

#include "vulkan/lowering.h"

namespace dcm::vulkan {

enum PackedForm : uint32_t { kPackedSparse, kPackedDenseShared, kPackedFloat32, kPackedFloat16 };

struct PackedWeight {
  PackedForm form;
  uint32_t words, row_begin, codebook;  // where its parts are; 0 where it has none
};

// Null, or why no shader can read the weight.
const char* refuse_weight(const Weight& weight);

PackedWeight pack_weight(const Weight& weight, ConstantWriter& writer);

// size floats of a bias; zeros if there is none. Returns where.
uint32_t pack_bias(const Weight* bias, uint32_t size, ConstantWriter& writer);

}  // namespace dcm::vulkan
