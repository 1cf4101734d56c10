#include "ops/stated_shape.h"

namespace dcm {

Status parse_sizes(const flatbuffers::Vector<uint32_t>* from, SizesAttributes* sizes) {
  if (vector_size(from) > kMaxRank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its shape has %u dimensions, expected at most %u", vector_size(from),
                         kMaxRank);
  *sizes = {};
  sizes->count = vector_size(from);
  for (uint32_t i = 0; i < sizes->count; ++i) sizes->sizes[i] = from->Get(i);
  return {};
}

Status stated_shape(const SizesAttributes& sizes, const Shape& input, Shape* output) {
  const uint32_t batch_axes = input.batched ? 1 : 0;
  *output = Shape{};
  output->batched = input.batched;
  output->rank = batch_axes + sizes.count;
  if (output->rank > kMaxRank)
    return Status::error(DCM_GRAPH_SHAPE, "makes a value of %u dimensions, expected at most %u", output->rank,
                         kMaxRank);
  if (input.batched) output->dims[0] = 1;
  for (uint32_t i = 0; i < sizes.count; ++i) output->dims[batch_axes + i] = sizes.sizes[i];
  return verify_shape(*output);
}

}  // namespace dcm
