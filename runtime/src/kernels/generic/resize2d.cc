#include <cmath>

#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// Where an output element of an axis lies between two input elements: it takes 1 - part of `first` and part of
// `second`.
struct Source {
  uint32_t first, second;
  float part;
};

// Positions are binary32, as in PyTorch, so that both take the same nearest elements.
Source nearest(float step, uint32_t inputs, uint32_t o) {
  const float position = std::floor(static_cast<float>(o) * step);
  const uint32_t first = position < static_cast<float>(inputs) ? static_cast<uint32_t>(position) : inputs - 1;
  return {first, first, 0.0f};
}

Source bilinear(float step, bool align_corners, uint32_t inputs, uint32_t o) {
  const float position =
      align_corners ? static_cast<float>(o) * step : std::fmax((static_cast<float>(o) + 0.5f) * step - 0.5f, 0.0f);
  const uint32_t first = position < static_cast<float>(inputs) ? static_cast<uint32_t>(position) : inputs - 1;
  if (first + 1 >= inputs) return {inputs - 1, inputs - 1, 0.0f};
  return {first, first + 1, position - static_cast<float>(first)};
}

Source* fill_axis(const Resize2dAttributes& resize, float scale, uint32_t inputs, uint32_t outputs, Source* sources) {
  const bool is_bilinear = resize.interpolation == Interpolation::kBilinear;
  const bool aligned = is_bilinear && resize.align_corners;
  float step = scale != 0.0f ? scale : static_cast<float>(inputs) / static_cast<float>(outputs);
  if (aligned) step = outputs == 1 ? 0.0f : static_cast<float>(inputs - 1) / static_cast<float>(outputs - 1);
  for (uint32_t o = 0; o < outputs; ++o)
    new (sources++) Source(is_bilinear ? bilinear(step, aligned, inputs, o) : nearest(step, inputs, o));
  return sources;
}

// The rows' sources, then the columns'.
Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Resize2dAttributes& resize = site.op->attributes.resize2d;
  DCM_TRY(prepared->allocate(budget, (uint64_t{resize.out_h} + resize.out_w) * sizeof(Source)));
  Source* sources = reinterpret_cast<Source*>(prepared->data());
  sources = fill_axis(resize, resize.scale_h, site.input().dims[2], resize.out_h, sources);
  fill_axis(resize, resize.scale_w, site.input().dims[3], resize.out_w, sources);
  return {};
}

// A unit is one output row.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().product(0, 3) * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const Resize2dAttributes& resize = site.op->attributes.resize2d;
  const uint64_t in_height = site.input().dims[2], in_width = site.input().dims[3];
  const Source* rows = reinterpret_cast<const Source*>(call.prepared->data());
  const Source* columns = rows + resize.out_h;
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* plane = call.inputs[0] + unit / resize.out_h * in_height * in_width;
    const Source row = rows[unit % resize.out_h];
    const float *above = plane + row.first * in_width, *below = plane + row.second * in_width;
    float* output = call.outputs[0] + unit * resize.out_w;
    if (resize.interpolation == Interpolation::kNearest) {
      for (uint32_t i = 0; i < resize.out_w; ++i) output[i] = above[columns[i].first];
      continue;
    }
    for (uint32_t i = 0; i < resize.out_w; ++i) {
      const Source column = columns[i];
      const float top = (1.0f - column.part) * above[column.first] + column.part * above[column.second];
      const float bottom = (1.0f - column.part) * below[column.first] + column.part * below[column.second];
      output[i] = (1.0f - row.part) * top + row.part * bottom;
    }
  }
}

}  // namespace

const Kernel kResize2dGeneric = {
    "resize2d_generic", OpType::kResize2d, WeightForm::kNone, Isa::kGeneric, nullptr, prepare, units, run};

}  // namespace dcm
