#include "kernels/weight_columns.h"

#include <algorithm>
#include <new>

namespace dcm {
namespace {

// The sums of so many rows are a few KB.
constexpr uint32_t kMostBlockRows = 1024;
// Enough for a phone's large cores. A walk over the columns is worth it for so many non-zeros in each.
constexpr uint32_t kEnoughBlocks = 4;
constexpr uint32_t kLeastNonzeros = 32;

uint32_t ceil_div(uint32_t value, uint32_t part) {
  return (value + part - 1) / part;
}

uint32_t rows_of_block(const Weight& weight) {
  const uint64_t worth = weight.nonzeros / (uint64_t{weight.columns} * kLeastNonzeros);
  const uint32_t wanted = static_cast<uint32_t>(std::min<uint64_t>(std::max<uint64_t>(worth, 1), kEnoughBlocks));
  const uint32_t blocks = std::max(wanted, ceil_div(weight.rows, kMostBlockRows));
  return ceil_div(weight.rows, blocks);
}

// f(column, index of the non-zero) for those of a row.
template <typename F>
void visit_row(const Weight& weight, uint32_t row, F&& f) {
  const uint32_t* bounds = weight.segment_begin.data() + uint64_t{row} * weight.row_segments;
  for (uint32_t s = 0; s < weight.row_segments; ++s)
    for (uint32_t i = bounds[s]; i < bounds[s + 1]; ++i) f(s * Weight::kSegmentColumns + weight.segment_column[i], i);
}

// The non-zeros of one block of rows, by columns. begins: columns + 1; place: where the block's begin.
void fill_block(const Weight& weight, uint32_t first, uint32_t end, uint32_t place, uint32_t* begins, uint16_t* rows,
                uint8_t* codes) {
  const uint32_t columns = weight.columns;
  std::fill(begins, begins + columns + 1, 0);
  for (uint32_t row = first; row < end; ++row)
    visit_row(weight, row, [&](uint32_t column, uint32_t) { ++begins[column]; });
  // Where each column ends; filling it from its end moves that to where it begins.
  for (uint32_t column = 0; column < columns; ++column) begins[column] = place += begins[column];
  begins[columns] = place;
  for (uint32_t row = end; row-- > first;)
    visit_row(weight, row, [&](uint32_t column, uint32_t i) {
      const uint32_t at = --begins[column];
      rows[at] = static_cast<uint16_t>(row - first);
      codes[at] = weight.codes[i];
    });
}

}  // namespace

bool fits_columns(const Weight& weight) {
  // Bytes of the layout count in 32 bits.
  const uint64_t blocks = ceil_div(weight.rows, rows_of_block(weight));
  return blocks * (uint64_t{weight.columns} + 1) * sizeof(uint32_t) + weight.nonzeros * 3 < UINT32_MAX - 256;
}

KernelWork columns_work(const Weight& weight) {
  const uint32_t blocks = ceil_div(weight.rows, rows_of_block(weight));
  return {WorkKind::kColumns, {static_cast<double>(weight.nonzeros), static_cast<double>(blocks) * weight.columns}};
}

Status prepare_columns(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  WeightColumns layout = {};
  layout.block_rows = rows_of_block(weight);
  layout.blocks = ceil_div(weight.rows, layout.block_rows);
  const uint32_t bounds = weight.columns + 1, nonzeros = static_cast<uint32_t>(weight.nonzeros);
  layout.begins_at = sizeof(WeightColumns);
  layout.rows_at = layout.begins_at + layout.blocks * bounds * static_cast<uint32_t>(sizeof(uint32_t));
  layout.codes_at = layout.rows_at + nonzeros * static_cast<uint32_t>(sizeof(uint16_t));
  DCM_TRY(prepared->allocate(budget, uint64_t{layout.codes_at} + nonzeros));
  new (prepared->data()) WeightColumns(layout);
  uint32_t* begins = reinterpret_cast<uint32_t*>(prepared->data() + layout.begins_at);
  uint16_t* rows = reinterpret_cast<uint16_t*>(prepared->data() + layout.rows_at);
  uint8_t* codes = prepared->data() + layout.codes_at;
  for (uint32_t block = 0; block < layout.blocks; ++block) {
    const uint32_t first = block * layout.block_rows, end = std::min(first + layout.block_rows, weight.rows);
    fill_block(weight, first, end, block == 0 ? 0 : begins[block * bounds - 1], begins + block * bounds, rows, codes);
  }
  return {};
}

}  // namespace dcm
