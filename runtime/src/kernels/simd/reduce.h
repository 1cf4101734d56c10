// Means of planes and sums along axes for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/sums.h"

namespace dcm {
namespace {

void run_adaptive_average_pool(const Call& call, uint64_t begin, uint64_t end, void*) {
  const uint64_t in_height = call.site->input().dims[2], in_width = call.site->input().dims[3];
  const uint64_t out_height = call.site->output().dims[2], out_width = call.site->output().dims[3];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.outputs[0] + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy) {
      const WindowElements y = adaptive_elements(oy, in_height, out_height);
      for (uint64_t ox = 0; ox < out_width; ++ox) {
        const WindowElements x = adaptive_elements(ox, in_width, out_width);
        const float* from = input + y.first * in_width + x.first;
        double sum = 0.0;
        if (x.count == in_width)
          sum = sum_of(from, y.count * in_width);
        else
          for (uint64_t i = 0; i < y.count; ++i) sum += sum_of(from + i * in_width, x.count);
        *output++ = static_cast<float>(sum / static_cast<double>(y.count * x.count));
      }
    }
  }
}

// What a Reduce does to the axes of its input, neighbours that share their fate made one: [outer, reduced, inner].
struct Reduced {
  uint64_t outer = 1, reduced = 1, inner = 1;
  bool in_one = true;  // whether the reduced axes are neighbours
};

Reduced reduced_axes(const Site& site) {
  const Shape& input = site.input();
  const ReduceAttributes& reduce = site.op->attributes.reduce;
  Reduced axes;
  for (uint32_t i = 0; i < input.rank; ++i) {
    if (input.dims[i] == 1 && !(i == 0 && input.batched)) continue;
    if (reduce.reduces[i]) {
      axes.in_one &= axes.inner == 1;
      axes.reduced *= input.dims[i];
    } else {
      (axes.reduced == 1 ? axes.outer : axes.inner) *= input.dims[i];
    }
  }
  return axes;
}

bool reduces_neighbours(const Site& site) {
  const Reduction reduction = site.op->attributes.reduce.reduction;
  return (reduction == Reduction::kMean || reduction == Reduction::kSum) && reduced_axes(site).in_one;
}

// A unit is one element of the output.
uint64_t reduce_units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

void run_reduce(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Reduced axes = reduced_axes(*call.site);
  const bool mean = call.site->op->attributes.reduce.reduction == Reduction::kMean;
  const double factor = mean ? 1.0 / static_cast<double>(axes.reduced) : 1.0;
  float* y = call.outputs[0];
  if (axes.inner == 1) {
    for (uint64_t unit = begin; unit < end; ++unit)
      y[unit] = static_cast<float>(sum_of(call.inputs[0] + unit * axes.reduced, axes.reduced) * factor);
    return;
  }
  for (uint64_t unit = begin; unit < end;) {
    const uint64_t outer = unit / axes.inner, inner = unit % axes.inner;
    const uint64_t row = axes.inner - inner < end - unit ? axes.inner - inner : end - unit;
    const uint32_t count = row < Simd::kLanes ? static_cast<uint32_t>(row) : Simd::kLanes;
    const float* x = call.inputs[0] + outer * axes.reduced * axes.inner + inner;
    Simd::Sums sums = Simd::no_sums();
    if (count == Simd::kLanes) {
      for (uint64_t i = 0; i < axes.reduced; ++i) sums = Simd::add(sums, Simd::load(x + i * axes.inner));
      Simd::store(y + unit, Simd::rounded(sums, factor));
    } else {
      for (uint64_t i = 0; i < axes.reduced; ++i) sums = Simd::add(sums, Simd::load_first(x + i * axes.inner, count));
      Simd::store_first(y + unit, Simd::rounded(sums, factor), count);
    }
    unit += count;
  }
}

}  // namespace
}  // namespace dcm
