// Operators of two elements, broadcast against each other, for any instruction set: included below a header that
// defines Simd.
#pragma once

#include "kernels/simd/maps.h"

namespace dcm {
namespace {

// An operand of a run: elements one after another, or one number for all.
struct Operand {
  const float* from;
  bool moves;
};

// y[i] = clamp(f(a[i], b[i])), like a Map (kernels/simd/maps.h).
using Combine = void (*)(Operand a, Operand b, uint64_t count, ClampTo clamp, float* y);

template <Simd::Vector (*f)(Simd::Vector, Simd::Vector)>
void combine(Operand a, Operand b, uint64_t count, ClampTo clamp, float* y) {
  Simd::Vector of_a = Simd::spread(*a.from), of_b = Simd::spread(*b.from);
  uint64_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) {
    if (a.moves) of_a = Simd::load(a.from + i);
    if (b.moves) of_b = Simd::load(b.from + i);
    Simd::store(y + i, clamp(f(of_a, of_b)));
  }
  const uint32_t left = static_cast<uint32_t>(count - i);
  if (left == 0) return;
  if (a.moves) of_a = Simd::load_first(a.from + i, left);
  if (b.moves) of_b = Simd::load_first(b.from + i, left);
  Simd::store_first(y + i, clamp(f(of_a, of_b)), left);
}

Combine combine_of(OpType op) {
  switch (op) {
    case OpType::kAdd:
      return combine<Simd::add>;
    case OpType::kSubtract:
      return combine<Simd::subtract>;
    case OpType::kMultiply:
      return combine<Simd::multiply>;
    case OpType::kDivide:
      return combine<Simd::divide>;
    case OpType::kMinimum:
      return combine<Simd::smaller>;
    default:
      return combine<Simd::larger>;
  }
}

constexpr uint64_t kBlock = 4096;  // elements that are still in the first cache when the activation comes to them

void run_binary(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const OperandPair pair(site.input(0), site.input(1), site.output(), call.batch);
  const Combine combine = combine_of(site.op->type);
  const Activation activation = site.op->activation;
  const bool relu = activation == Activation::kRelu || activation == Activation::kRelu6;
  const Mapping after = relu ? Mapping() : mapping_of(activation);
  const ClampTo clamp({relu ? 0.0f : -__builtin_inff(), activation == Activation::kRelu6 ? 6.0f : __builtin_inff()});
  for (uint64_t block = begin; block < end; block += kBlock) {
    const uint64_t block_end = end - block < kBlock ? end : block + kBlock;
    float* y = call.outputs[0] + block;
    pair.for_each_run(block, block_end, [&](uint64_t a, bool a_moves, uint64_t b, bool b_moves, uint64_t count) {
      combine({call.inputs[0] + a, a_moves}, {call.inputs[1] + b, b_moves}, count, clamp, y);
      y += count;
    });
    if (after.map != nullptr) after(call.outputs[0] + block, call.outputs[0] + block, block_end - block);
  }
}

}  // namespace
}  // namespace dcm
