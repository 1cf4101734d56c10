// A sparse weight by columns (kernels/weight_columns.h) times vectors, for any instruction set: included below a header
// that defines Simd.

#pragma once

namespace dcm {
namespace {

bool supports_columns(const Site& site) {
  return fits_columns(site.weight());
}

KernelWork column_work(const Site& site) {
  return columns_work(site.weight());
}

// A unit is one block of rows for one or, where there are several, up to kLanes samples.
uint64_t column_units(const Site& site, uint32_t batch, const Prepared& prepared) {
  const uint64_t samples = site.output().elements() / site.weight().rows * batch;
  return (samples + Simd::kLanes - 1) / Simd::kLanes * weight_columns(prepared).blocks;
}

// The products of one element with all centroids, or, for several samples, the block's sums and the samples' inputs.
uint64_t column_scratch(const Site& site, const Prepared& prepared) {
  const uint64_t vectors = uint64_t{weight_columns(prepared).block_rows} + site.weight().columns;
  return (vectors * Simd::kLanes + kMaxCentroids + Simd::kLanes) * sizeof(float);
}

// The columns whose element of x is not zero, in order; returns how many. Without a branch, since nobody can foresee
// where a network's zeros are.
inline uint32_t find_nonzero(const float* x, uint32_t columns, uint32_t* found) {
  uint32_t count = 0;
  for (uint32_t column = 0; column < columns; ++column) {
    found[count] = column;
    count += x[column] != 0.0f;
  }
  return count;
}

// Columns are short and those between them are passed over, which no hardware prefetcher foresees.
constexpr uint32_t kAhead = 6;
inline void prefetch_column(const WeightColumns& columns, uint32_t begin, uint32_t end) {
  constexpr uint32_t kLine = 64;
  const char* rows = reinterpret_cast<const char*>(columns.rows() + begin);
  const char* codes = reinterpret_cast<const char*>(columns.codes() + begin);
  for (uint32_t byte = 0; byte < (end - begin) * 2; byte += kLine) __builtin_prefetch(rows + byte);
  for (uint32_t byte = 0; byte < end - begin; byte += kLine) __builtin_prefetch(codes + byte);
}

// y += block * x, for one sample.
inline void add_columns(const Weight& weight, const WeightColumns& columns, uint32_t block, const float* x,
                        const uint32_t* nonzero, uint32_t count, float* __restrict y, float* __restrict products) {
  const uint32_t* begins = columns.begins() + uint64_t{block} * (weight.columns + 1);
  const uint16_t* rows = columns.rows();
  const uint8_t* codes = columns.codes();
  const uint32_t centroids = static_cast<uint32_t>(weight.codebook.size());
  const float* codebook = weight.codebook.data();
  for (uint32_t n = 0; n < count; ++n) {
    const uint32_t column = nonzero[n], begin = begins[column], end = begins[column + 1];
    const float element = x[column];
    if (n + kAhead < count) prefetch_column(columns, begins[nonzero[n + kAhead]], begins[nonzero[n + kAhead] + 1]);
    if (end - begin < centroids) {  // fewer products than a table of them
      for (uint32_t i = begin; i < end; ++i) y[rows[i]] += element * codebook[codes[i]];
      continue;
    }
    for (uint32_t k = 0; k < centroids; ++k) products[k] = element * codebook[k];
    uint32_t i = begin;
    for (; i + 4 <= end; i += 4) {  // rows of a column are different
      const uint32_t r0 = rows[i], r1 = rows[i + 1], r2 = rows[i + 2], r3 = rows[i + 3];
      const float s0 = y[r0] + products[codes[i]], s1 = y[r1] + products[codes[i + 1]];
      const float s2 = y[r2] + products[codes[i + 2]], s3 = y[r3] + products[codes[i + 3]];
      y[r0] = s0, y[r1] = s1, y[r2] = s2, y[r3] = s3;
    }
    for (; i < end; ++i) y[rows[i]] += products[codes[i]];
  }
}

// The same for kLanes samples side by side.
inline void add_columns_of_samples(const Weight& weight, const WeightColumns& columns, uint32_t block, const float* x,
                                   float* y) {
  const uint32_t* begins = columns.begins() + uint64_t{block} * (weight.columns + 1);
  const uint16_t* rows = columns.rows();
  const uint8_t* codes = columns.codes();
  const float* codebook = weight.codebook.data();
  for (uint32_t column = 0; column < weight.columns; ++column) {
    const Simd::Vector v = Simd::load(x + uint64_t{column} * Simd::kLanes);
    for (uint32_t i = begins[column]; i < begins[column + 1]; ++i) {
      float* sum = y + uint64_t{rows[i]} * Simd::kLanes;
      // Rounded as for one sample, so that the batch changes nothing: no fused multiply-add.
      const Simd::Vector product = Simd::multiply(Simd::spread(codebook[codes[i]]), v);
      Simd::store(sum, Simd::add(Simd::load(sum), product));
    }
  }
}

// x and y of samples side by side: element e of sample s at e * kLanes + s.
inline void interleave(const float* from, uint32_t elements, uint32_t samples, float* to) {
  for (uint32_t e = 0; e < elements; ++e)
    for (uint32_t s = 0; s < Simd::kLanes; ++s)
      to[uint64_t{e} * Simd::kLanes + s] = s < samples ? from[uint64_t{s} * elements + e] : 0.0f;
}

void run_columns(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const Site& site = *call.site;
  const Weight& weight = site.weight();
  const WeightColumns& columns = weight_columns(*call.prepared);
  const float* bias = site.dense(kBias);
  const uint64_t all_samples = site.output().elements() / weight.rows * call.batch;
  float* products = static_cast<float*>(memory);
  float* sums = products + kMaxCentroids;
  float* vectors = sums + uint64_t{columns.block_rows} * Simd::kLanes;
  uint32_t* nonzero = reinterpret_cast<uint32_t*>(vectors);
  uint32_t nonzero_count = 0;
  uint64_t looked_at = UINT64_MAX;  // the samples that vectors or nonzero are of

  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t block = static_cast<uint32_t>(unit % columns.blocks);
    const uint64_t first_sample = unit / columns.blocks * Simd::kLanes;
    const uint64_t left = all_samples - first_sample;
    const uint32_t samples = left < Simd::kLanes ? static_cast<uint32_t>(left) : Simd::kLanes;
    const uint32_t first_row = block * columns.block_rows;
    const uint32_t rows = weight.rows - first_row < columns.block_rows ? weight.rows - first_row : columns.block_rows;
    const float* x = call.inputs[0] + first_sample * weight.columns;
    float* y = call.outputs[0] + first_sample * weight.rows + first_row;
    if (samples == 1) {
      for (uint32_t r = 0; r < rows; ++r) y[r] = bias == nullptr ? 0.0f : bias[first_row + r];
      if (looked_at != first_sample) nonzero_count = find_nonzero(x, weight.columns, nonzero);
      looked_at = first_sample;
      add_columns(weight, columns, block, x, nonzero, nonzero_count, y, products);
      activate<Simd::kIsa>(site.op->activation, y, rows);
      continue;
    }
    if (looked_at != first_sample) interleave(x, weight.columns, samples, vectors);
    looked_at = first_sample;
    for (uint32_t r = 0; r < rows; ++r)
      Simd::store(sums + uint64_t{r} * Simd::kLanes, Simd::spread(bias == nullptr ? 0.0f : bias[first_row + r]));
    add_columns_of_samples(weight, columns, block, vectors, sums);
    for (uint32_t s = 0; s < samples; ++s) {
      float* own = y + uint64_t{s} * weight.rows;
      for (uint32_t r = 0; r < rows; ++r) own[r] = sums[uint64_t{r} * Simd::kLanes + s];
      activate<Simd::kIsa>(site.op->activation, own, rows);
    }
  }
}

constexpr Kernel linear_columns(const char* name) {
  return {name,
          OpType::kLinear,
          WeightForm::kSparse,
          Simd::kIsa,
          supports_columns,
          prepare_columns,
          column_units,
          run_columns,
          column_scratch,
          nullptr,
          true,
          column_work};
}

}  // namespace
}  // namespace dcm
