#include "kernels/expansion.h"

#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

// Floats of all input channels that a band sees: 128 KB, which the second cache of a core holds; half of that and twice
// that were a few percent slower.
constexpr uint64_t kBandFloats = 32768;
// With fewer output rows than this a band computes its neighbours' rows too often.
constexpr uint32_t kLeastBandRows = 4;
// A channel's first vector is said in 24 bits.
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
  bool are_worth_it() const { return fitting_rows() >= std::min(out.height, kLeastBandRows); }
};

// The rows of `between` that a band needs, as a run of whole vectors.
struct BandRun {
  uint32_t first, end;      // output rows
  uint64_t pixel, vectors;  // of the run
  uint64_t skipped;         // floats of it before the row that output row `first` has in its middle

  BandRun(const Bands& bands, uint32_t band, uint32_t lanes) {
    first = band * bands.rows;
    end = std::min(first + bands.rows, bands.out.height);
    const uint64_t middle = uint64_t{first} * bands.stride * bands.between.width;
    const uint64_t last_row = uint64_t{end - 1} * bands.stride + 1;
    const uint64_t rows = std::min<uint64_t>(last_row + 1, bands.between.height);
    pixel = (first == 0 ? 0 : middle - bands.between.width) / lanes * lanes;
    vectors = (rows * bands.between.width - pixel + lanes - 1) / lanes;
    skipped = middle - pixel;
  }
};

void read_weights(const Weight& weight, uint32_t row, float* weights) {
  std::fill(weights, weights + 9, 0.0f);
  const auto take = [weights](uint32_t column, float value) { weights[column] = value; };
  if (weight.form == WeightForm::kSparse)
    SparseRows(weight).visit(row, take);
  else if (weight.form == WeightForm::kDenseShared)
    DenseSharedRows(weight).visit(row, take);
  else
    DenseRows(weight).visit(row, take);
}

}  // namespace

bool fuses_expansion(const ExpansionSteps& steps, const Site& site, const Op& next) {
  if (next.type != OpType::kConv2d || site.weight().row_segments > 1) return false;
  const ConvolutionAttributes &own = site.op->attributes.convolution, &depthwise = next.attributes.convolution;
  const Bands bands(site, next);
  const Picture &from = bands.from, &between = bands.between;
  const bool pointwise = own.groups == 1 && own.y.kernel * own.x.kernel * own.y.stride * own.x.stride == 1 &&
                         from.height == between.height && from.width == between.width;
  return pointwise && depthwise.groups == between.channels && bands.out.channels == between.channels &&
         is_3x3(depthwise, between, bands.out) && steps.fits_rows(bands.out.width) && bands.are_worth_it() &&
         from.plane() % steps.lanes == 0 && from.channels * (from.plane() / steps.lanes) <= kMostVectors;
}

// Prepared: where the non-zeros of each row begin, rows + 1, then the non-zeros.
Status prepare_expansion(const ExpansionSteps& steps, const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  DCM_TRY(prepared->allocate(budget, (uint64_t{weight.rows} + 1 + weight.nonzeros) * sizeof(uint32_t)));
  uint32_t* to = reinterpret_cast<uint32_t*>(prepared->data());
  for (const uint32_t begin : weight.segment_begin) *to++ = begin;
  const uint32_t vectors = static_cast<uint32_t>(Picture(site.input()).plane() / steps.lanes);
  for (uint64_t i = 0; i < weight.nonzeros; ++i)
    *to++ = weight.segment_column[i] * vectors | uint32_t{weight.codes[i]} << 24;
  return {};
}

uint64_t expansion_units(const Site& site, uint32_t batch, const Prepared&) {
  const Bands bands(site, *site.fused);
  return uint64_t{batch} * bands.count * bands.out.channels;
}

// The rows of `between` that a band needs.
uint64_t expansion_scratch(const ExpansionSteps& steps, const Site& site) {
  const Bands bands(site, *site.fused);
  const uint64_t rows = uint64_t{bands.rows} * bands.stride + 2;
  return (rows * bands.between.width + 2 * steps.lanes) * sizeof(float);
}

void run_expansion(const ExpansionSteps& steps, const Call& call, uint64_t unit_begin, uint64_t unit_end,
                   void* scratch) {
  const Site& site = *call.site;
  const Bands bands(site, *site.fused);
  const uint32_t* begins = reinterpret_cast<const uint32_t*>(call.prepared->data());
  const uint32_t* nonzeros = begins + site.weight().rows + 1;
  const float* codebook = site.weight().codebook.data();
  const float *bias = site.dense(kBias),
              *second_bias = site.fused_weights[kBias] == nullptr ? nullptr : site.fused_weights[kBias]->values.data();
  float* between = static_cast<float*>(scratch);
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t channel = static_cast<uint32_t>(unit % bands.out.channels);
    const uint64_t band = unit / bands.out.channels, sample = band / bands.count;
    const BandRun run(bands, static_cast<uint32_t>(band % bands.count), steps.lanes);
    const ExpansionRow row = {nonzeros + begins[channel], nonzeros + begins[channel + 1], codebook,
                              bias == nullptr ? 0.0f : bias[channel], site.op->activation};
    steps.expand(row, run.vectors, call.inputs[0] + sample * bands.from.channels * bands.from.plane() + run.pixel,
                 between);
    const uint32_t middle = run.first * bands.stride;
    BandFilter filter = {bands.between.width,
                         std::min((run.end - run.first) * bands.stride, bands.between.height - middle),
                         bands.out.width,
                         run.end - run.first,
                         bands.stride,
                         run.first > 0,
                         run.end * bands.stride < bands.between.height,
                         {},
                         second_bias == nullptr ? 0.0f : second_bias[channel],
                         site.fused->activation};
    read_weights(*site.fused_weights[kWeight], channel, filter.weights);
    steps.filter(filter, between + run.skipped,
                 call.outputs[0] + (sample * bands.out.channels + channel) * bands.out.plane() +
                     uint64_t{run.first} * bands.out.width);
  }
}

}  // namespace dcm
