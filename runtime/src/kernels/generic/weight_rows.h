// The rows of a weight in each of its forms, for kernels that are written once. Weights are met in order of their
// columns.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/unroll.h"
#include "format/weight.h"

namespace dcm {

// A dot product adds into this many sums in turn and then adds those: independent chains for the CPU, and a smaller
// rounding error than one sum.
constexpr uint32_t kDotLanes = 8;

inline float sum_lanes(const float* lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

class SparseRows {
 public:
  static constexpr WeightForm kForm = WeightForm::kSparse;

  explicit SparseRows(const Weight& weight) : weight_(weight) {}

  // f(column, value) for each non-zero of the row.
  template <typename F>
  void visit(uint64_t row, F&& f) const {
    for_each_segment(row, [&](uint32_t first_column, uint32_t begin, uint32_t end) {
      for (uint32_t i = begin; i < end; ++i)
        f(first_column + weight_.segment_column[i], weight_.codebook[weight_.codes[i]]);
    });
  }

  // The same for the non-zeros in columns begin .. end - 1.
  template <typename F>
  void visit_range(uint64_t row, uint32_t begin, uint32_t end, F&& f) const {
    const uint32_t* bounds = weight_.segment_begin.data() + row * weight_.row_segments;
    const uint16_t* columns = weight_.segment_column.data();
    for (uint32_t s = begin / Weight::kSegmentColumns; begin < end; ++s) {
      const uint32_t first = s * Weight::kSegmentColumns;
      const uint32_t segment_end = std::min(end - first, Weight::kSegmentColumns);  // counts from first, as columns do
      uint32_t i = bounds[s];
      if (begin > first)
        i = static_cast<uint32_t>(std::lower_bound(columns + i, columns + bounds[s + 1], begin - first) - columns);
      for (; i < bounds[s + 1] && columns[i] < segment_end; ++i)
        f(first + columns[i], weight_.codebook[weight_.codes[i]]);
      if (end - first <= Weight::kSegmentColumns) return;
      begin = first + Weight::kSegmentColumns;
    }
  }

  // The row times x, a vector of as many elements as there are columns.
  float dot(uint64_t row, const float* x) const {
    float lanes[kDotLanes] = {};
    for_each_segment(row, [&](uint32_t first_column, uint32_t begin, uint32_t end) {
      const float* codebook = weight_.codebook.data();
      const float* segment = x + first_column;
      const uint16_t* column = weight_.segment_column.data() + begin;
      const uint8_t* code = weight_.codes.data() + begin;
      const uint32_t count = end - begin;
      uint32_t i = 0;
      for (; i + kDotLanes <= count; i += kDotLanes) {
        DCM_UNROLL
        for (uint32_t lane = 0; lane < kDotLanes; ++lane)
          lanes[lane] += codebook[code[i + lane]] * segment[column[i + lane]];
      }
      for (uint32_t lane = 0; i < count; ++i, ++lane) lanes[lane] += codebook[code[i]] * segment[column[i]];
    });
    return sum_lanes(lanes);
  }

 private:
  template <typename F>
  void for_each_segment(uint64_t row, F&& f) const {
    const uint32_t* begin = weight_.segment_begin.data() + row * weight_.row_segments;
    for (uint32_t s = 0; s < weight_.row_segments; ++s) f(s * Weight::kSegmentColumns, begin[s], begin[s + 1]);
  }

  const Weight& weight_;
};

// Forms that hold something for every element; Values gives element i of the flat tensor.
template <typename Values>
class FullRows {
 public:
  static constexpr WeightForm kForm = Values::kForm;

  explicit FullRows(const Weight& weight) : values_(weight), columns_(weight.columns) {}

  template <typename F>
  void visit(uint64_t row, F&& f) const {
    visit_range(row, 0, columns_, f);
  }

  template <typename F>
  void visit_range(uint64_t row, uint32_t begin, uint32_t end, F&& f) const {
    const auto values = from(row, begin);
    for (uint32_t i = 0; i < end - begin; ++i) f(begin + i, values[i]);
  }

  // Something whose element i is the weight in column `column + i` of the row.
  auto from(uint64_t row, uint32_t column) const { return values_.from(row * columns_ + column); }

  float dot(uint64_t row, const float* x) const {
    float lanes[kDotLanes] = {};
    const auto values = values_.from(row * columns_);
    uint32_t i = 0;
    for (; columns_ - i >= kDotLanes; i += kDotLanes) {
      DCM_UNROLL
      for (uint32_t lane = 0; lane < kDotLanes; ++lane) lanes[lane] += values[i + lane] * x[i + lane];
    }
    for (uint32_t lane = 0; i < columns_; ++i, ++lane) lanes[lane] += values[i] * x[i];
    return sum_lanes(lanes);
  }

 private:
  Values values_;
  uint32_t columns_;
};

struct DenseValues {
  static constexpr WeightForm kForm = WeightForm::kDense;

  explicit DenseValues(const Weight& weight) : values(weight.values.data()) {}
  const float* from(uint64_t element) const { return values + element; }

  const float* values;
};

struct SharedValues {
  static constexpr WeightForm kForm = WeightForm::kDenseShared;

  struct View {
    const float* codebook;
    const uint8_t* codes;
    float operator[](uint64_t i) const { return codebook[codes[i]]; }
  };

  explicit SharedValues(const Weight& weight) : all{weight.codebook.data(), weight.codes.data()} {}
  View from(uint64_t element) const { return {all.codebook, all.codes + element}; }

  View all;
};

using DenseRows = FullRows<DenseValues>;
using DenseSharedRows = FullRows<SharedValues>;

// A weight whose form is looked up row by row: for an operator's second one, which its kernel is not chosen by.
class AnyRows {
 public:
  explicit AnyRows(const Weight& weight) : weight_(weight) {}

  float dot(uint64_t row, const float* x) const {
    if (weight_.form == WeightForm::kSparse) return SparseRows(weight_).dot(row, x);
    if (weight_.form == WeightForm::kDenseShared) return DenseSharedRows(weight_).dot(row, x);
    return DenseRows(weight_).dot(row, x);
  }

 private:
  const Weight& weight_;
};

}  // namespace dcm
