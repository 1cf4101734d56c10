// A sparse weight by columns (kernels/weight_columns.h) times vectors, for any instruction set: included below a header
// that defines Simd.

#pragma once

namespace dcm {
namespace {

bool supports_columns(const Site& site) {
  return fits_columns(site.weight());
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

// y += block * x, for one sample.
inline void add_columns(const Weight& weight, const WeightColumns& columns, uint32_t block, const float* x, float* y,
                        float* products) {
  const uint32_t* begins = columns.begins() + uint64_t{block} * (weight.columns + 1);
  const uint16_t* rows = columns.rows();
  const uint8_t* codes = columns.codes();
  const uint32_t centroids = static_cast<uint32_t>(weight.codebook.size());
  const float* codebook = weight.codebook.data();
  for (uint32_t column = 0; column < weight.columns; ++column) {
    const uint32_t begin = begins[column], end = begins[column + 1];
    if (x[column] == 0.0f || begin == end) continue;
    if (end - begin < centroids) {  // fewer products than a table of them
      for (uint32_t i = begin; i < end; ++i) y[rows[i]] += x[column] * codebook[codes[i]];
      continue;
    }
    for (uint32_t k = 0; k < centroids; ++k) products[k] = x[column] * codebook[k];
    for (uint32_t i = begin; i < end; ++i) y[rows[i]] += products[codes[i]];
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
  uint64_t interleaved = UINT64_MAX;  // the samples that vectors holds

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
      add_columns(weight, columns, block, x, y, products);
      activate(site.op->activation, y, rows);
      continue;
    }
    if (interleaved != first_sample) interleave(x, weight.columns, samples, vectors);
    interleaved = first_sample;
    for (uint32_t r = 0; r < rows; ++r)
      Simd::store(sums + uint64_t{r} * Simd::kLanes, Simd::spread(bias == nullptr ? 0.0f : bias[first_row + r]));
    add_columns_of_samples(weight, columns, block, vectors, sums);
    for (uint32_t s = 0; s < samples; ++s) {
      float* own = y + uint64_t{s} * weight.rows;
      for (uint32_t r = 0; r < rows; ++r) own[r] = sums[uint64_t{r} * Simd::kLanes + s];
      activate(site.op->activation, own, rows);
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
          true};
}

}  // namespace
}  // namespace dcm
