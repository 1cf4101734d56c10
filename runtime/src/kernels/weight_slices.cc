#include "kernels/weight_slices.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace dcm {
namespace {

constexpr uint32_t kRows = WeightSlices::kRows, kColumns = WeightSlices::kColumns;
constexpr uint32_t kMostPairs = (kColumns + 1) / 2;

uint32_t ceil_div(uint32_t value, uint32_t part) {
  return (value + part - 1) / part;
}

// f(row in the slice, column, index of the non-zero), by rows.
template <typename F>
void visit_slice(const Weight& weight, uint32_t slice, F&& f) {
  const uint32_t first = slice * kRows, count = std::min(kRows, weight.rows - first);
  for (uint32_t r = 0; r < count; ++r) {
    const uint32_t* bounds = weight.segment_begin.data() + uint64_t{first + r} * weight.row_segments;
    for (uint32_t s = 0; s < weight.row_segments; ++s)
      for (uint32_t i = bounds[s]; i < bounds[s + 1]; ++i)
        f(r, s * Weight::kSegmentColumns + weight.segment_column[i], i);
  }
}

// most[b]: non-zeros of the row that has the most in block b.
void count_steps(const Weight& weight, uint32_t slice, uint32_t blocks, uint8_t* most) {
  std::memset(most, 0, blocks);
  uint32_t row = UINT32_MAX, block = 0, steps = 0;
  visit_slice(weight, slice, [&](uint32_t r, uint32_t column, uint32_t) {
    if (r != row || column / kColumns != block) row = r, block = column / kColumns, steps = 0;
    ++steps;
    if (steps > most[block]) most[block] = static_cast<uint8_t>(steps);
  });
}

// Blocks of a slice by their pairs of steps; returns all pairs.
uint32_t sort_blocks(const uint8_t* most, uint32_t blocks, SliceBlock* sorted) {
  uint32_t firsts[kMostPairs + 1] = {}, place = 0, pairs = 0;
  for (uint32_t b = 0; b < blocks; ++b) ++firsts[(most[b] + 1) / 2], pairs += (most[b] + 1) / 2;
  for (uint32_t n = kMostPairs + 1; n-- > 0;) place += std::exchange(firsts[n], place);
  for (uint32_t b = 0; b < blocks; ++b) {
    const uint32_t n = (most[b] + 1) / 2;
    sorted[firsts[n]++] = {static_cast<uint16_t>(b), static_cast<uint16_t>(n)};
  }
  return pairs;
}

// places: scratch of the blocks.
void fill_slice(const Weight& weight, uint32_t slice, const SliceBlock* sorted, uint32_t blocks, uint32_t* places,
                uint16_t* words) {
  uint32_t pairs = 0;
  for (uint32_t b = 0; b < blocks; pairs += sorted[b++].pairs) places[sorted[b].block] = pairs;
  std::fill(words, words + uint64_t{pairs} * WeightSlices::kPairWords, uint16_t{WeightSlices::kNoColumn});
  uint32_t row = UINT32_MAX, block = 0, step = 0;
  visit_slice(weight, slice, [&](uint32_t r, uint32_t column, uint32_t i) {
    if (r != row || column / kColumns != block) row = r, block = column / kColumns, step = 0;
    uint16_t* pair = words + uint64_t{places[block] + step / 2} * WeightSlices::kPairWords;
    pair[2 * r + step % 2] = static_cast<uint16_t>(column % kColumns | uint32_t{weight.codes[i]} << 8);
    ++step;
  });
}

constexpr uint32_t kLooks = 8, kMostBlocks = 1024;  // 64,512 columns

// The pairs of steps of some slices, and their non-zeros.
struct Sample {
  uint32_t slices;
  uint64_t pairs = 0, nonzeros = 0;

  explicit Sample(const Weight& weight) : slices(std::min(kLooks, ceil_div(weight.rows, kRows))) {
    const uint32_t blocks = ceil_div(weight.columns, kColumns), all = ceil_div(weight.rows, kRows);
    uint8_t most[kMostBlocks];
    for (uint32_t look = 0; look < slices; ++look) {
      const uint32_t slice = static_cast<uint32_t>(uint64_t{all} * look / slices);
      count_steps(weight, slice, blocks, most);
      for (uint32_t b = 0; b < blocks; ++b) pairs += (most[b] + 1u) / 2;
      const uint32_t* begin = weight.segment_begin.data() + uint64_t{slice} * kRows * weight.row_segments;
      const uint32_t rows = std::min(kRows, weight.rows - slice * kRows);
      nonzeros += begin[uint64_t{rows} * weight.row_segments] - begin[0];
    }
  }
};

}  // namespace

KernelWork slices_work(const Weight& weight) {
  const Sample sample(weight);
  const double slices = ceil_div(weight.rows, kRows);
  return {WorkKind::kSlices,
          {static_cast<double>(sample.pairs) * slices / sample.slices, slices * ceil_div(weight.columns, kColumns)}};
}

bool fits_slices(const Weight& weight) {
  constexpr uint64_t kFewNonzeros = 4096;  // whatever they take is little
  if (weight.codebook.size() > WeightSlices::kMostCentroids || ceil_div(weight.columns, kColumns) > kMostBlocks)
    return false;
  const Sample sample(weight);
  return sample.pairs * WeightSlices::kPairWords <= 2 * sample.nonzeros || weight.nonzeros <= kFewNonzeros;
}

Status prepare_slices(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  WeightSlices layout = {};
  layout.blocks = ceil_div(weight.columns, kColumns);
  layout.slices = ceil_div(weight.rows, kRows);
  const uint64_t all_blocks = uint64_t{layout.slices} * layout.blocks;
  Array<SliceBlock> sorted;
  Array<uint32_t> begins, places;
  Array<uint8_t> most;
  DCM_TRY(sorted.allocate(budget, all_blocks));
  DCM_TRY(begins.allocate(budget, layout.slices));
  DCM_TRY(places.allocate(budget, layout.blocks));
  DCM_TRY(most.allocate(budget, layout.blocks));
  uint64_t pairs = 0;
  for (uint32_t slice = 0; slice < layout.slices; ++slice) {
    begins[slice] = static_cast<uint32_t>(pairs);
    count_steps(weight, slice, layout.blocks, most.data());
    pairs += sort_blocks(most.data(), layout.blocks, sorted.data() + uint64_t{slice} * layout.blocks);
  }
  constexpr uint64_t kVector = 64;  // words lie on whole vectors
  layout.begins_at = sizeof(WeightSlices);
  layout.blocks_at = layout.begins_at + layout.slices * sizeof(uint32_t);
  layout.words_at = (layout.blocks_at + all_blocks * sizeof(SliceBlock) + kVector - 1) / kVector * kVector;
  DCM_TRY(prepared->allocate(budget, layout.words_at + pairs * WeightSlices::kPairWords * sizeof(uint16_t)));
  new (prepared->data()) WeightSlices(layout);
  std::memcpy(prepared->data() + layout.begins_at, begins.data(), begins.size() * sizeof(uint32_t));
  std::memcpy(prepared->data() + layout.blocks_at, sorted.data(), sorted.size() * sizeof(SliceBlock));
  uint16_t* words = reinterpret_cast<uint16_t*>(prepared->data() + layout.words_at);
  for (uint32_t slice = 0; slice < layout.slices; ++slice)
    fill_slice(weight, slice, sorted.data() + uint64_t{slice} * layout.blocks, layout.blocks, places.data(),
               words + uint64_t{begins[slice]} * WeightSlices::kPairWords);
  return {};
}

}  // namespace dcm
