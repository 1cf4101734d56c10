#include <algorithm>

#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/strided_view.h"

namespace dcm {
namespace {

// A unit is one row along the last axis.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().product(0, site.output().rank - 1) * site.output().samples(batch);
}

// The element of an axis of the input that element i of the output takes, or -1 for none (the constant).
int64_t source(const PadAttributes& pad, uint32_t axis, int64_t size, uint64_t i) {
  const int64_t at = static_cast<int64_t>(i) - pad.before[axis];
  if (at >= 0 && at < size) return at;
  switch (pad.mode) {
    case Padding::kConstant:
      break;
    case Padding::kReflect:
      return at < 0 ? -at : 2 * (size - 1) - at;
    case Padding::kReplicate:
      return at < 0 ? 0 : size - 1;
  }
  return -1;
}

void fill_row(const PadAttributes& pad, uint32_t axis, uint64_t size, const float* x, float* y, uint64_t out_size) {
  const uint64_t before = pad.before[axis];
  const auto edge = [&](uint64_t i) {
    const int64_t at = source(pad, axis, static_cast<int64_t>(size), i);
    return at < 0 ? pad.value : x[at];
  };
  for (uint64_t i = 0; i < before; ++i) y[i] = edge(i);
  std::copy(x, x + size, y + before);
  for (uint64_t i = before + size; i < out_size; ++i) y[i] = edge(i);
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape &input = call.site->input(), &output = call.site->output();
  const PadAttributes& pad = call.site->op->attributes.pad;
  const uint32_t last = output.rank - 1;
  const uint64_t out_size = output.dims[last];
  for (uint64_t row = begin; row < end; ++row) {
    float* y = call.outputs[0] + row * out_size;
    uint64_t rest = row, position = last == 0 ? row : 0;  // [B] alone: nothing is padded
    bool outside = false;
    for (uint32_t i = last; i-- > 0;) {
      const bool is_batch = i == 0 && output.batched;
      const uint64_t index = is_batch ? rest : rest % output.dims[i];
      rest /= output.dims[i];
      const int64_t at = is_batch ? static_cast<int64_t>(index) : source(pad, i, input.dims[i], index);
      outside |= at < 0;
      position += static_cast<uint64_t>(std::max<int64_t>(at, 0)) * axis_step(input, i);
    }
    if (outside)
      std::fill(y, y + out_size, pad.value);
    else
      fill_row(pad, last, input.dims[last], call.inputs[0] + position, y, out_size);
  }
}

}  // namespace

const Kernel kPadGeneric = {"pad_generic", OpType::kPad, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr,
                            units,         run};

}  // namespace dcm
