#include "kernels/weight_slices.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "core/unroll.h"

namespace dcm {
namespace {

constexpr uint32_t kRows = WeightSlices::kRows, kColumns = WeightSlices::kColumns;
constexpr uint32_t kMostPairs = (kColumns + 1) / 2;

uint32_t ceil_div(uint32_t value, uint32_t part) {
  return (value + part - 1) / part;
}

// Non-zeros of a row before each block, and all of them: blocks + 1 elements. They are found from the end, without a
// branch on where blocks end, which nobody foresees.
void find_firsts(const Weight& weight, uint32_t row, uint32_t blocks, uint16_t* firsts) {
  typedef uint16_t Lanes __attribute__((vector_size(16)));
  constexpr uint32_t kLanes = sizeof(Lanes) / sizeof(uint16_t);
  std::memset(firsts, 0xff, blocks * sizeof(uint16_t));
  const uint16_t* columns = weight.segment_column.data() + weight.segment_begin[row];
  const uint32_t count = weight.segment_begin[row + 1] - weight.segment_begin[row];
  uint32_t i = count;
  for (; i >= kLanes; i -= kLanes) {
    Lanes block;
    std::memcpy(&block, columns + i - kLanes, sizeof block);
    block /= kColumns;
    DCM_UNROLL
    for (uint32_t lane = kLanes; lane-- > 0;) firsts[block[lane]] = static_cast<uint16_t>(i - kLanes + lane);
  }
  for (; i-- > 0;) firsts[columns[i] / kColumns] = static_cast<uint16_t>(i);
  uint16_t first = firsts[blocks] = static_cast<uint16_t>(count);
  for (uint32_t b = blocks; b-- > 0;) firsts[b] = first = std::min(first, firsts[b]);
}

uint32_t rows_of(const Weight& weight, uint32_t slice) {
  return std::min(kRows, weight.rows - slice * kRows);
}

// most[b]: non-zeros of the row that has the most in block b. firsts: of the slice's rows, blocks + 1 each.
void count_steps(const Weight& weight, uint32_t slice, uint32_t blocks, uint16_t* firsts, uint8_t* most) {
  std::memset(most, 0, blocks);
  for (uint32_t r = 0; r < rows_of(weight, slice); ++r, firsts += blocks + 1) {
    find_firsts(weight, slice * kRows + r, blocks, firsts);
    for (uint32_t b = 0; b < blocks; ++b) most[b] = std::max(most[b], static_cast<uint8_t>(firsts[b + 1] - firsts[b]));
  }
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

// Words of some blocks stay in the nearest cache while all rows are written.
constexpr uint32_t kFilledBlocks = 32;

// places: scratch of the blocks; firsts: of the slice's rows, as count_steps() found them.
void fill_slice(const Weight& weight, uint32_t slice, const SliceBlock* sorted, uint32_t blocks, uint32_t* places,
                const uint16_t* firsts, uint16_t* words) {
  uint16_t nothing[WeightSlices::kPairWords];
  for (uint16_t& word : nothing) word = WeightSlices::kNoColumn;
  uint32_t pairs = 0;
  for (uint32_t b = 0; b < blocks; pairs += sorted[b++].pairs) places[sorted[b].block] = pairs;
  for (uint32_t p = 0; p < pairs; ++p)
    std::memcpy(words + uint64_t{p} * WeightSlices::kPairWords, nothing, sizeof nothing);
  for (uint32_t begin = 0; begin < blocks; begin += kFilledBlocks) {
    const uint32_t end = std::min(begin + kFilledBlocks, blocks);
    for (uint32_t r = 0; r < rows_of(weight, slice); ++r) {
      const uint16_t* own = firsts + uint64_t{r} * (blocks + 1);
      uint32_t steps[kFilledBlocks];  // of the slice before a block, less the row's non-zeros before it
      for (uint32_t b = begin; b < end; ++b) steps[b - begin] = 2 * places[b] - own[b];
      const uint32_t row_begin = weight.segment_begin[slice * kRows + r];
      const uint16_t* columns = weight.segment_column.data() + row_begin;
      const uint8_t* codes = weight.codes.data() + row_begin;
      for (uint32_t i = own[begin], to = own[end]; i < to; ++i) {
        const uint32_t column = columns[i], block = column / kColumns, step = steps[block - begin] + i;
        words[uint64_t{step / 2} * WeightSlices::kPairWords + 2 * r + step % 2] =
            static_cast<uint16_t>((column - block * kColumns) | uint32_t{codes[i]} << 8);
      }
    }
  }
}

constexpr uint32_t kLooks = 8, kMostBlocks = 1024;  // 64,512 columns: rows of one segment
static_assert(kMostBlocks * kColumns <= Weight::kSegmentColumns);

// The pairs of steps of some slices, and their non-zeros.
struct Sample {
  uint32_t slices;
  uint64_t pairs = 0, nonzeros = 0;

  explicit Sample(const Weight& weight) : slices(std::min(kLooks, ceil_div(weight.rows, kRows))) {
    const uint32_t blocks = ceil_div(weight.columns, kColumns), all = ceil_div(weight.rows, kRows);
    uint8_t most[kMostBlocks];
    uint16_t firsts[kRows * (kMostBlocks + 1)];
    for (uint32_t look = 0; look < slices; ++look) {
      const uint32_t slice = static_cast<uint32_t>(uint64_t{all} * look / slices);
      count_steps(weight, slice, blocks, firsts, most);
      for (uint32_t b = 0; b < blocks; ++b) pairs += (most[b] + 1u) / 2;
      const uint32_t* begin = weight.segment_begin.data() + uint64_t{slice} * kRows * weight.row_segments;
      nonzeros += begin[uint64_t{rows_of(weight, slice)} * weight.row_segments] - begin[0];
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
  Array<uint16_t> firsts;
  Array<uint8_t> most;
  DCM_TRY(sorted.allocate(budget, all_blocks));
  DCM_TRY(begins.allocate(budget, layout.slices));
  DCM_TRY(places.allocate(budget, layout.blocks));
  DCM_TRY(firsts.allocate(budget, uint64_t{weight.rows} * (layout.blocks + 1)));
  DCM_TRY(most.allocate(budget, layout.blocks));
  const auto firsts_of = [&](uint32_t slice) { return firsts.data() + uint64_t{slice} * kRows * (layout.blocks + 1); };
  uint64_t pairs = 0;
  for (uint32_t slice = 0; slice < layout.slices; ++slice) {
    begins[slice] = static_cast<uint32_t>(pairs);
    count_steps(weight, slice, layout.blocks, firsts_of(slice), most.data());
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
               firsts_of(slice), words + uint64_t{begins[slice]} * WeightSlices::kPairWords);
  return {};
}

}  // namespace dcm
