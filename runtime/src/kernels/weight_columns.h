// A sparse weight by columns, for products with a vector of which many elements are zero: a column whose element is
// zero is passed over. Rows are cut into blocks, which are the work of different threads and whose sums stay in the
// nearest cache.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

struct WeightColumns {
  uint32_t block_rows, blocks;            // rows of a block; the last one may have fewer
  uint32_t begins_at, rows_at, codes_at;  // bytes from the layout's own begin

  // The non-zeros of column c in block b are begins()[b * (columns + 1) + c] up to the next.
  const uint32_t* begins() const { return at<uint32_t>(begins_at); }
  const uint16_t* rows() const { return at<uint16_t>(rows_at); }  // from the block's first
  const uint8_t* codes() const { return at<uint8_t>(codes_at); }

 private:
  template <typename T>
  const T* at(uint32_t bytes) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this) + bytes);
  }
};

// Whether prepare_columns() can hold the weight.
bool fits_columns(const Weight& weight);

// What multiplying by it is, of inputs that are not zero.
KernelWork columns_work(const Weight& weight);

// Fills prepared with a WeightColumns of the site's sparse weight.
Status prepare_columns(const Site& site, MemoryBudget& budget, Prepared* prepared);

inline const WeightColumns& weight_columns(const Prepared& prepared) {
  return *reinterpret_cast<const WeightColumns*>(prepared.data());
}

}  // namespace dcm
