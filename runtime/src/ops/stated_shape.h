// Shapes that an attribute states: of one sample, where the input has the batch, else all of it.
#pragma once

#include "core/status.h"
#include "format/schema.h"
#include "graph/op_attributes.h"
#include "graph/shape.h"

namespace dcm {

// GRAPH_ATTRIBUTE for more sizes than a shape has.
Status parse_sizes(const flatbuffers::Vector<uint32_t>* from, SizesAttributes* sizes);

// The sizes, after the batch if the input has it. GRAPH_SHAPE if that is no shape.
Status stated_shape(const SizesAttributes& sizes, const Shape& input, Shape* output);

}  // namespace dcm
