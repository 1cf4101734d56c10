// A sparse 1 x 1 convolution together with the depthwise 3 x 3 convolution of what it makes, as the blocks of
// MobileNetV2 begin (Sandler et al., CVPR 2018): a band of rows of one channel after the other is computed into memory
// that stays in the nearest cache and filtered there, so that the values between, the most of such a network, are never
// written to memory and read again. Included below a header that defines Simd.
#pragma once

#include "kernels/simd/conv_depthwise.h"

namespace dcm {
namespace {

// Floats of all input channels that a band sees: 128 KB, which the second cache of a core holds; half of that and twice
// that were a few percent slower.
constexpr uint64_t kBandFloats = 32768;
// With fewer output rows than this a band computes its neighbours' rows too often.
constexpr uint32_t kLeastBandRows = 4;
// A weight's vector is said in 24 bits (SparseRun).
constexpr uint64_t kMostVectors = uint64_t{1} << 24;

// How the planes are cut.
struct Bands {
  Picture from, between, out;  // input, what the first convolution makes, output
  uint32_t stride;             // of the second
  uint32_t rows, count;        // output rows of a band, bands of a plane

  Bands(const Site& site, const Op& next)
      : from(site.input()),
        between(site.output()),
        out(site.graph->shapes[next.first_output]),
        stride(next.attributes.convolution.y.stride) {
    const uint64_t most = fitting_rows();
    count = static_cast<uint32_t>((out.height + most - 1) / most);
    rows = (out.height + count - 1) / count;
  }

  // Output rows whose input fits; a band sees a row more, above, or with a stride of 1 two.
  uint64_t fitting_rows() const {
    const uint64_t seen = kBandFloats / (uint64_t{from.channels} * from.width), more = 3 - stride;
    return seen > stride + more ? (seen - more) / stride : 1;
  }
  bool are_worth_it() const { return fitting_rows() >= (out.height < kLeastBandRows ? out.height : kLeastBandRows); }
};

// The rows of `between` that a band needs, as a run of whole vectors.
struct BandRun {
  uint32_t first, end;      // output rows
  uint64_t pixel, vectors;  // of the run
  uint64_t skipped;         // floats of it before the row that output row `first` has in its middle

  BandRun(const Bands& bands, uint32_t band) {
    first = band * bands.rows;
    end = first + bands.rows < bands.out.height ? first + bands.rows : bands.out.height;
    const uint64_t middle = uint64_t{first} * bands.stride * bands.between.width;
    const uint64_t last_row = uint64_t{end - 1} * bands.stride + 1;
    const uint64_t rows = last_row < bands.between.height ? last_row + 1 : bands.between.height;
    pixel = (first == 0 ? 0 : middle - bands.between.width) / Simd::kLanes * Simd::kLanes;
    vectors = (rows * bands.between.width - pixel + Simd::kLanes - 1) / Simd::kLanes;
    skipped = middle - pixel;
  }
};

// Of Prepared: where the non-zeros of each row begin, rows + 1, then the non-zeros, as SparseRun has them. The vectors
// are those of the input's first plane on.
struct ExpansionWeight {
  const uint32_t *begins, *nonzeros;

  ExpansionWeight(const Prepared& prepared, uint32_t rows)
      : begins(reinterpret_cast<const uint32_t*>(prepared.data())), nonzeros(begins + rows + 1) {}
  SparseRun row(uint32_t row, const float* codebook) const {
    return {nonzeros + begins[row], nonzeros + begins[row + 1], codebook};
  }
};

bool fuses_depthwise(const Site& site, const Op& next) {
  if (next.type != OpType::kConv2d || site.weight().row_segments > 1) return false;
  const ConvolutionAttributes &own = site.op->attributes.convolution, &depthwise = next.attributes.convolution;
  const Bands bands(site, next);
  const Picture &from = bands.from, &between = bands.between;
  const bool pointwise = own.groups == 1 && own.y.kernel * own.x.kernel * own.y.stride * own.x.stride == 1 &&
                         from.height == between.height && from.width == between.width;
  return pointwise && depthwise.groups == between.channels && bands.out.channels == between.channels &&
         is_3x3(depthwise, between, bands.out) && fits_rows(bands.out.width) && bands.are_worth_it() &&
         from.plane() % Simd::kLanes == 0 && from.channels * (from.plane() / Simd::kLanes) <= kMostVectors;
}

Status prepare_expansion(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  DCM_TRY(prepared->allocate(budget, (uint64_t{weight.rows} + 1 + weight.nonzeros) * sizeof(uint32_t)));
  uint32_t* to = reinterpret_cast<uint32_t*>(prepared->data());
  for (const uint32_t begin : weight.segment_begin) *to++ = begin;
  const uint32_t vectors = static_cast<uint32_t>(Picture(site.input()).plane() / Simd::kLanes);
  for (uint64_t i = 0; i < weight.nonzeros; ++i)
    *to++ = weight.segment_column[i] * vectors | uint32_t{weight.codes[i]} << 24;
  return {};
}

// A unit is a channel of a band of a sample.
uint64_t expansion_units(const Site& site, uint32_t batch, const Prepared&) {
  const Bands bands(site, *site.fused);
  return uint64_t{batch} * bands.count * bands.out.channels;
}

// The rows of `between` that a band needs.
uint64_t expansion_scratch(const Site& site, const Prepared&) {
  const Bands bands(site, *site.fused);
  const uint64_t rows = uint64_t{bands.rows} * bands.stride + 2;
  return (rows * bands.between.width + 2 * Simd::kLanes) * sizeof(float);
}

// x: where the run begins in the input's first plane.
void expand(const SparseRun& run, uint64_t vectors, float bias, const Clamp* clamp, const float* x, float* to) {
  using Adders = SparseAdders<std::make_integer_sequence<uint32_t, kSparseVectors>>;
  for (uint64_t strips = (vectors + kSparseVectors - 1) / kSparseVectors; strips > 0; --strips) {
    const uint64_t strip = (vectors + strips - 1) / strips;  // they differ by one at most
    Adders::kTable[strip - 1](run, x, {nullptr, bias, to, Simd::kLanes, clamp, nullptr});
    vectors -= strip, x += strip * Simd::kLanes, to += strip * Simd::kLanes;
  }
}

ReadRow depthwise_reader(WeightForm form) {
  return form == WeightForm::kSparse        ? RowReader<SparseRows>::kRead
         : form == WeightForm::kDenseShared ? RowReader<DenseSharedRows>::kRead
                                            : RowReader<DenseRows>::kRead;
}

void run_expansion(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const Site& site = *call.site;
  const Bands bands(site, *site.fused);
  const ExpansionWeight weight(*call.prepared, site.weight().rows);
  const Weight& depthwise = *site.fused_weights[kWeight];
  const float *bias = site.dense(kBias),
              *plane_bias = site.fused_weights[kBias] == nullptr ? nullptr : site.fused_weights[kBias]->values.data();
  const ReadRow read = depthwise_reader(depthwise.form);
  const Activation between_activation = site.op->activation, activation = site.fused->activation;
  const Clamp clamp = clamp_of(between_activation);
  Depthwise3x3 plane = {bands.between.width, 0, bands.out.width, 0, {}, 0, clamp_of(activation), false, false};
  float* between = static_cast<float*>(memory);
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t channel = static_cast<uint32_t>(unit % bands.out.channels);
    const uint64_t band = unit / bands.out.channels, sample = band / bands.count;
    const BandRun run(bands, static_cast<uint32_t>(band % bands.count));
    expand(weight.row(channel, site.weight().codebook.data()), run.vectors, bias == nullptr ? 0.0f : bias[channel],
           is_clamp(between_activation) ? &clamp : nullptr,
           call.inputs[0] + sample * bands.from.channels * bands.from.plane() + run.pixel, between);
    if (!is_clamp(between_activation)) activate<Simd::kIsa>(between_activation, between, run.vectors * Simd::kLanes);
    const uint32_t rows = (run.end - run.first) * bands.stride, left = bands.between.height - run.first * bands.stride;
    plane.in_height = rows < left ? rows : left;
    plane.height = run.end - run.first;
    plane.above = run.first > 0, plane.below = run.end * bands.stride < bands.between.height;
    plane.bias = plane_bias == nullptr ? 0.0f : plane_bias[channel];
    read.weights3x3(depthwise, channel, plane.weights);
    float* to = call.outputs[0] + (sample * bands.out.channels + channel) * bands.out.plane() +
                uint64_t{run.first} * bands.out.width;
    convolve_3x3(plane, bands.stride, between + run.skipped, to);
    if (!is_clamp(activation)) activate<Simd::kIsa>(activation, to, uint64_t{plane.height} * bands.out.width);
  }
}

bool never(const Site&) {
  return false;
}

// It exists only with the depthwise convolution that it is fused with.
constexpr Kernel expansion_kernel(const char* name) {
  return {name,
          OpType::kConv2d,
          WeightForm::kSparse,
          Simd::kIsa,
          never,
          prepare_expansion,
          expansion_units,
          run_expansion,
          expansion_scratch,
          nullptr,
          true,
          nullptr,
          fuses_depthwise};
}

}  // namespace
}  // namespace dcm
