// Steps that several lowerings take.
#pragma once

#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {

constexpr uint32_t kTile = 32;  // TILE of tile.glsl

// A step of matmul.comp: what push says, by the operand b or, in that form, a weight of the constants.
Step matmul_step(const MatMulPush& push, Operand y, Operand a, Operand b);
Step matmul_step_by_weight(const MatMulPush& push, Operand y, Operand a, uint32_t form, uint32_t activation);

// A step of sparse_convolution.comp. It sets rows_of_group itself.
Step sparse_convolution_step(ConvolutionPush push, Operand y, Operand a, uint32_t form, uint32_t activation,
                             bool padded, bool transposed);

// A step of softmax.comp.
Step softmax_step(const SoftmaxPush& push, Operand y, Operand a, const Traits& traits);

// A step of reduce.comp.
Step reduce_step(const ReducePush& push, Reduction reduction, Operand y, Operand a, const Traits& traits);

// A step of binary.comp: the sum of a and b, broadcast to the shape.
Step add_step(const Shape& a_shape, const Shape& b_shape, const Shape& shape, uint32_t samples, Operand y, Operand a,
              Operand b);

// A step of copy.comp: y [columns, rows] = the transpose of a [rows, columns].
Step transpose_step(uint32_t rows, uint32_t columns, Operand y, Operand a);

}  // namespace dcm::vulkan
