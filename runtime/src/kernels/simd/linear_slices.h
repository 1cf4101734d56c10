// A sparse weight by slices (kernels/weight_slices.h) times vectors: included below a header whose Simd looks up
// vectors in registers.
#pragma once

namespace dcm {
namespace {

static_assert(Simd::kLanes == WeightSlices::kRows);

bool supports_slices(const Site& site) {
  return fits_slices(site.weight());
}

KernelWork slice_work(const Site& site) {
  return slices_work(site.weight());
}

uint64_t slice_samples(const Site& site, uint32_t batch) {
  return site.output().elements() / site.weight().rows * batch;
}

// A unit is one slice for one or, where there are several, up to kLanes samples.
uint64_t slice_units(const Site& site, uint32_t batch, const Prepared& prepared) {
  return (slice_samples(site, batch) + Simd::kLanes - 1) / Simd::kLanes * weight_slices(prepared).slices;
}

// The codebook; the input of one sample, block by block, or that of several and their sums.
uint64_t slice_scratch(const Site& site, const Prepared& prepared) {
  const uint64_t one = uint64_t{weight_slices(prepared).blocks} * (WeightSlices::kColumns + 1);
  const uint64_t several = (uint64_t{site.weight().columns} + 2 * WeightSlices::kRows) * Simd::kLanes;
  return (WeightSlices::kMostCentroids + (one > several ? one : several)) * sizeof(float);
}

// x in blocks, each with the zero behind it that words without a column mean.
inline void copy_blocks(const float* x, uint32_t columns, float* blocks) {
  constexpr uint32_t kColumns = WeightSlices::kColumns;
  for (uint32_t first = 0; first < columns; first += kColumns, blocks += kColumns + 1) {
    const uint32_t count = columns - first < kColumns ? columns - first : kColumns;
    std::memcpy(blocks, x + first, count * sizeof(float));
    std::memset(blocks + count, 0, (kColumns + 1 - count) * sizeof(float));
  }
}

// The rows of a slice times one sample. Two sums a row: the first steps of the pairs, from the bias on, and the second.
template <bool kFewCentroids>
Simd::Vector multiply_slice(const WeightSlices& slices, uint32_t slice, const Simd::Table& codebook, const float* x,
                            Simd::Vector bias) {
  const auto weight = [&codebook](Simd::Index index) {
    return kFewCentroids ? Simd::look_up_low(codebook, index) : Simd::look_up(codebook, index);
  };
  const uint16_t* words = slices.words() + uint64_t{slices.begins()[slice]} * WeightSlices::kPairWords;
  const SliceBlock* block = slices.blocks_of(slice);
  Simd::Vector first = bias, second = Simd::spread(0.0f);
  for (const SliceBlock* end = block + slices.blocks; block != end && block->pairs > 0; ++block) {
    const Simd::Table inputs = Simd::table(x + uint64_t{block->block} * (WeightSlices::kColumns + 1));
    for (const uint16_t* last = words + block->pairs * WeightSlices::kPairWords; words != last;
         words += WeightSlices::kPairWords) {
      const Simd::Index pair = Simd::load_index(words);
      first = Simd::multiply_add(weight(Simd::shift_right<8>(pair)), Simd::look_up(inputs, pair), first);
      second = Simd::multiply_add(weight(Simd::shift_right<24>(pair)),
                                  Simd::look_up(inputs, Simd::shift_right<16>(pair)), second);
    }
  }
  return Simd::add(first, second);
}

// The same for kLanes samples side by side, row by row; x: element e of sample s at e * kLanes + s. sums: two vectors a
// row, the first of which holds the bias; they are added in the end.
inline void multiply_slice_of_samples(const WeightSlices& slices, uint32_t slice, const float* codebook, const float* x,
                                      float* sums) {
  const uint16_t* words = slices.words() + uint64_t{slices.begins()[slice]} * WeightSlices::kPairWords;
  const SliceBlock* block = slices.blocks_of(slice);
  for (const SliceBlock* end = block + slices.blocks; block != end && block->pairs > 0; ++block) {
    const float* inputs = x + uint64_t{block->block} * WeightSlices::kColumns * Simd::kLanes;
    for (uint32_t r = 0; r < WeightSlices::kRows; ++r) {
      float* sum = sums + r * 2 * Simd::kLanes;
      Simd::Vector first = Simd::load(sum), second = Simd::load(sum + Simd::kLanes);
      const uint16_t* pair = words + 2 * r;
      for (uint32_t p = 0; p < block->pairs; ++p, pair += WeightSlices::kPairWords) {
        const uint32_t column = pair[0] & 0xff, next = pair[1] & 0xff;
        if (column == WeightSlices::kNoColumn) break;  // of a row, none follows one
        first =
            Simd::multiply_add(Simd::spread(codebook[pair[0] >> 8]), Simd::load(inputs + column * Simd::kLanes), first);
        if (next == WeightSlices::kNoColumn) break;
        second =
            Simd::multiply_add(Simd::spread(codebook[pair[1] >> 8]), Simd::load(inputs + next * Simd::kLanes), second);
      }
      Simd::store(sum, first);
      Simd::store(sum + Simd::kLanes, second);
    }
    words += block->pairs * WeightSlices::kPairWords;
  }
  for (uint32_t r = 0; r < WeightSlices::kRows; ++r) {
    float* sum = sums + r * 2 * Simd::kLanes;
    Simd::store(sum, Simd::add(Simd::load(sum), Simd::load(sum + Simd::kLanes)));
  }
}

void run_slices(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const Site& site = *call.site;
  const Weight& weight = site.weight();
  const WeightSlices& slices = weight_slices(*call.prepared);
  const float* bias = site.dense(kBias);
  const uint64_t all_samples = slice_samples(site, call.batch);
  float* codebook = static_cast<float*>(memory);
  float* sums = codebook + WeightSlices::kMostCentroids;
  float* vectors = sums + 2 * WeightSlices::kRows * Simd::kLanes;
  const uint32_t centroids = static_cast<uint32_t>(weight.codebook.size());
  std::memset(codebook, 0, WeightSlices::kMostCentroids * sizeof(float));
  if (centroids > 0) std::memcpy(codebook, weight.codebook.data(), centroids * sizeof(float));
  const Simd::Table table = Simd::table(codebook);
  const auto multiply = centroids <= 32 ? multiply_slice<true> : multiply_slice<false>;
  uint64_t copied = UINT64_MAX;  // the samples whose inputs are in scratch

  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t slice = static_cast<uint32_t>(unit % slices.slices), first_row = slice * WeightSlices::kRows;
    const uint64_t first_sample = unit / slices.slices * Simd::kLanes, left = all_samples - first_sample;
    const uint32_t samples = left < Simd::kLanes ? static_cast<uint32_t>(left) : Simd::kLanes;
    const uint32_t rows = weight.rows - first_row < WeightSlices::kRows ? weight.rows - first_row : WeightSlices::kRows;
    const float* x = call.inputs[0] + first_sample * weight.columns;
    float* y = call.outputs[0] + first_sample * weight.rows + first_row;
    if (samples == 1) {
      if (copied != first_sample) copy_blocks(x, weight.columns, sums);
      copied = first_sample;
      const Simd::Vector begin = bias == nullptr ? Simd::spread(0.0f) : Simd::load_first(bias + first_row, rows);
      Simd::store_first(y, multiply(slices, slice, table, sums, begin), rows);
      activate<Simd::kIsa>(site.op->activation, y, rows);
      continue;
    }
    if (copied != first_sample) interleave(x, weight.columns, samples, vectors);
    copied = first_sample;
    for (uint32_t r = 0; r < WeightSlices::kRows; ++r) {
      Simd::store(sums + r * 2 * Simd::kLanes, Simd::spread(bias == nullptr || r >= rows ? 0.0f : bias[first_row + r]));
      Simd::store(sums + (r * 2 + 1) * Simd::kLanes, Simd::spread(0.0f));
    }
    multiply_slice_of_samples(slices, slice, codebook, vectors, sums);
    for (uint32_t s = 0; s < samples; ++s) {
      float* own = y + uint64_t{s} * weight.rows;
      for (uint32_t r = 0; r < rows; ++r) own[r] = sums[r * 2 * Simd::kLanes + s];
      activate<Simd::kIsa>(site.op->activation, own, rows);
    }
  }
}

constexpr Kernel linear_slices(const char* name) {
  return {name,           OpType::kLinear, WeightForm::kSparse, Simd::kIsa,    supports_slices,
          prepare_slices, slice_units,     run_slices,          slice_scratch, nullptr,
          true,           slice_work};
}

}  // namespace
}  // namespace dcm
