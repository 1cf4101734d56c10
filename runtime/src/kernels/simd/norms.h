// Normalisations for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/softmax.h"

namespace dcm {
namespace {

// ---- LayerNorm, GroupNorm ----

// An element x becomes (x - mean) * scale + shift (kernels/generic/moments.h). Two passes: the difference of two large
// sums would lose the variance of elements far from 0.
inline Moments moments_of(const float* x, uint64_t count, float epsilon) {
  const double n = static_cast<double>(count);
  const double mean = sum_of(x, count) / n;
  const float rounded = static_cast<float>(mean);
  const Simd::Vector centre = Simd::spread(rounded);
  const double squares = sum_of(x, count, [centre](Simd::Vector v) {
    const Simd::Vector off = Simd::subtract(v, centre);
    return Simd::multiply(off, off);
  });
  const double off = double{rounded} - mean;  // which the squares have too much of
  const double variance = squares / n - off * off;
  const double scale = 1.0 / __builtin_sqrt((variance > 0.0 ? variance : 0.0) + double{epsilon});
  return {rounded, static_cast<float>(scale), static_cast<float>(off * scale)};
}

struct Normalise {
  Normalise(float mean_, float scale_, float shift_)
      : mean(Simd::spread(mean_)), scale(Simd::spread(scale_)), shift(Simd::spread(shift_)) {}
  Simd::Vector operator()(Simd::Vector x) const { return Simd::multiply_add(Simd::subtract(x, mean), scale, shift); }
  Simd::Vector mean, scale, shift;
};

// Elements that are normalised together.
uint64_t layer_row(const Site& site) {
  const Shape& shape = site.output();
  return shape.product(shape.rank - site.op->attributes.layer_norm.axes, shape.rank);
}

// A unit is one row of the last axes.
uint64_t layer_norm_units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() / layer_row(site) * batch;
}

void run_layer_norm(const Call& call, uint64_t begin, uint64_t end, void*) {
  const uint64_t size = layer_row(*call.site);
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * size;
    float* y = call.outputs[0] + unit * size;
    const Moments moments = moments_of(x, size, call.site->op->attributes.layer_norm.epsilon);
    const Normalise normalise(moments.mean, moments.scale, moments.shift);
    for_each_vector(size, [&](auto load, auto store) {
      Simd::Vector v = normalise(load(x));
      if (weight != nullptr) v = Simd::multiply(v, load(weight));
      if (bias != nullptr) v = Simd::add(v, load(bias));
      store(y, v);
    });
  }
}

// A unit is one group of channels.
uint64_t group_norm_units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{site.output().dims[0]} * batch * site.op->attributes.group_norm.groups;
}

void run_group_norm(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape& shape = call.site->output();
  const GroupNormAttributes& attributes = call.site->op->attributes.group_norm;
  const uint64_t channels = shape.dims[1] / attributes.groups;  // of a group
  const uint64_t size = shape.product(2, shape.rank);           // of a channel
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * channels * size;
    float* y = call.outputs[0] + unit * channels * size;
    const Moments moments = moments_of(x, channels * size, attributes.epsilon);
    const uint64_t first_channel = unit % attributes.groups * channels;
    for (uint64_t channel = 0; channel < channels; ++channel, x += size, y += size) {
      const float factor = weight == nullptr ? 1.0f : weight[first_channel + channel];
      const float added = bias == nullptr ? 0.0f : bias[first_channel + channel];
      const Normalise normalise(moments.mean, moments.scale * factor, moments.shift * factor + added);
      for_each_vector(size, [&](auto load, auto store) { store(y, normalise(load(x))); });
    }
  }
}

// ---- LocalResponseNorm ----

// beta = 3 / 4, as in every network that is known to have it, is two reciprocal square roots for a power. They want
// numbers that are positive and normal.
bool has_roots(const Site& site) {
  const LocalResponseNormAttributes& norm = site.op->attributes.local_response_norm;
  return norm.beta == 0.75f && norm.alpha >= 0.0f && norm.k > 1e-30f;
}

// A unit is one channel of one sample.
uint64_t response_units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{site.output().dims[0]} * batch * site.output().dims[1];
}

constexpr uint64_t kResponseBlock = 512;  // pixels of which all channels that a window spans are in the first cache

// Of neighbours neighbouring channels, `step` apart, the first at `from`.
inline void respond(const float* x, const float* from, uint64_t neighbours, uint64_t step, uint64_t count, float scale,
                    float k, float* y) {
  const Simd::Vector of_scale = Simd::spread(scale), of_k = Simd::spread(k);
  for_each_vector(count, [&](auto load, auto store) {
    Simd::Vector squares = Simd::spread(0.0f);
    for (uint64_t i = 0; i < neighbours; ++i) {
      const Simd::Vector v = load(from + i * step);
      squares = Simd::multiply_add(v, v, squares);
    }
    // Squares beyond the largest number are taken for 1e38, since the step of Newton's would make NaN of infinity.
    const Simd::Vector v = Simd::clamp(Simd::multiply_add(squares, of_scale, of_k), of_k, Simd::spread(1e38f));
    const Simd::Vector root = Simd::reciprocal_root(v);  // v^-1/2; its own root is root * root^-1/2
    const Simd::Vector power = Simd::multiply(root, Simd::multiply(root, Simd::reciprocal_root(root)));
    store(y, Simd::multiply(load(x), power));
  });
}

void run_local_response_norm(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape& shape = call.site->output();
  const LocalResponseNormAttributes norm = call.site->op->attributes.local_response_norm;
  const uint64_t channels = shape.dims[1], size = shape.product(2, shape.rank);
  const uint64_t before = norm.size / 2, after = norm.size - 1 - before;  // neighbours on either side
  const float scale = norm.alpha / static_cast<float>(norm.size);
  for (uint64_t unit = begin; unit < end;) {
    // The channels of one sample, for one block of pixels after another.
    const uint64_t first = unit % channels, count = channels - first < end - unit ? channels - first : end - unit;
    const float* sample = call.inputs[0] + (unit - first) * size;
    float* result = call.outputs[0] + (unit - first) * size;
    for (uint64_t pixel = 0; pixel < size; pixel += kResponseBlock) {
      const uint64_t pixels = size - pixel < kResponseBlock ? size - pixel : kResponseBlock;
      for (uint64_t channel = first; channel < first + count; ++channel) {
        const uint64_t from = channel < before ? 0 : channel - before;
        const uint64_t to = channels - 1 - channel < after ? channels : channel + after + 1;
        respond(sample + channel * size + pixel, sample + from * size + pixel, to - from, size, pixels, scale, norm.k,
                result + channel * size + pixel);
      }
    }
    unit += count;
  }
}

// ---- Softmax ----

bool is_along_rows(const Site& site) {
  return site.output().product(site.op->attributes.softmax.axis + 1, site.output().rank) == 1;
}

// A unit is one row.
uint64_t softmax_units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() / site.output().dims[site.op->attributes.softmax.axis] * batch;
}

void run_softmax(const Call& call, uint64_t begin, uint64_t end, void*) {
  const uint64_t size = call.site->output().dims[call.site->op->attributes.softmax.axis];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * size;
    float* y = call.outputs[0] + unit * size;
    const Simd::Vector scale = Simd::spread(exponentials(x, size, largest_of(x, size), y));
    for_each_vector(size, [&](auto load, auto store) { store(y, Simd::multiply(load(y), scale)); });
  }
}

}  // namespace
}  // namespace dcm
