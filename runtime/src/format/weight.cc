#include "format/weight.h"

namespace dcm {

const char* weight_form_name(WeightForm form) {
  switch (form) {
    case WeightForm::kNone:
      return "none";
    case WeightForm::kSparse:
      return "sparse";
    case WeightForm::kDenseShared:
      return "dense_shared";
    case WeightForm::kDense:
      return "dense";
  }
  return "none";
}

// Fits: the bytes are in memory.
uint64_t Weight::bytes() const {
  return segment_begin.size() * sizeof(uint32_t) + segment_column.size() * sizeof(uint16_t) + codes.size() +
         (codebook.size() + values.size()) * sizeof(float);
}

void Weight::release() {
  segment_begin = {};
  segment_column = {};
  codes = {};
  values = {};
}

}  // namespace dcm
