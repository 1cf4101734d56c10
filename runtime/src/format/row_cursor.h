// Walks the elements of a sparse weight in order and keeps the books of its segments.
#pragma once

#include <cstdint>

#include "format/weight.h"

namespace dcm {

// Stands at an element of the weight. Whenever it enters a segment it writes that segment's segment_begin; the one that
// it starts in belongs to whoever walked before it, so that cursors of successive chunks, run at once, fill the array
// exactly once. Fits: segments * kSegmentColumns and rows * columns are products of 32-bit numbers in 64 bits; column_
// is less than a segment's length plus a gap, and room() bounds step().
class RowCursor {
 public:
  // Stands at element start, which exists; nonzero is the number of non-zeros before it.
  RowCursor(Weight* weight, uint32_t start, uint32_t nonzero)
      : weight_(*weight), begin_(weight->segment_begin.data()), segments_(weight->segments()), nonzero_(nonzero) {
    const uint32_t row = start / weight_.columns, column = start % weight_.columns;
    row_segment_ = column / Weight::kSegmentColumns;
    segment_ = uint64_t{row} * weight_.row_segments + row_segment_;
    column_ = column % Weight::kSegmentColumns;
    length_ = segment_length();
    if (start == 0) begin_[0] = 0;
  }

  // Moves gap elements on. False if the weight ends before; the cursor is then of no further use.
  bool advance(uint32_t gap) {
    column_ += gap;
    while (column_ >= length_) {
      if (!enter_next()) return false;
    }
    return true;
  }

  // Counts non-zeros here and moves columns on, at most room().
  void step(uint32_t nonzeros, uint32_t columns) {
    column_ += columns;
    nonzero_ += nonzeros;
  }

  // The column in the segment; its length if the cursor has stepped past the last. After advance() it is a column.
  uint32_t column() const { return column_; }
  // Columns from here to the end of the segment.
  uint32_t room() const { return length_ - column_; }
  // The number of non-zeros before this place.
  uint32_t nonzero() const { return nonzero_; }

  uint64_t position() const {
    return segment_ / weight_.row_segments * weight_.columns + uint64_t{row_segment_} * Weight::kSegmentColumns +
           column_;
  }

  // Called at the end of a chunk. last: nothing follows, so every later segment is empty.
  void close(bool last) {
    while (segment_ < segments_ && (last || column_ == length_)) {
      column_ = length_;
      if (!enter_next()) break;
    }
  }

 private:
  uint32_t segment_length() const {
    return row_segment_ + 1 < weight_.row_segments ? Weight::kSegmentColumns
                                                   : weight_.columns - row_segment_ * Weight::kSegmentColumns;
  }

  // False if there is none; segment_begin then has its last entry, the number of non-zeros.
  bool enter_next() {
    column_ -= length_;
    begin_[++segment_] = nonzero_;
    if (segment_ == segments_) return false;
    if (++row_segment_ == weight_.row_segments) row_segment_ = 0;
    length_ = segment_length();
    return true;
  }

  const Weight& weight_;
  uint32_t* begin_;
  uint64_t segments_;
  uint64_t segment_;
  uint32_t row_segment_;  // segment_ % row_segments
  uint32_t column_;       // may equal length_ between step() and advance()
  uint32_t length_;
  uint32_t nonzero_;
};

}  // namespace dcm
