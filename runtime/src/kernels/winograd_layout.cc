#include "kernels/winograd_layout.h"

#include <algorithm>
#include <cstring>

#include "kernels/panel_layout.h"
#include "kernels/unroll.h"

namespace dcm {
namespace {

// Of a band: transformed inputs of at most 8 MB; more tiles gain nothing.
constexpr uint64_t kBandFloats = uint64_t{1} << 21;
constexpr uint32_t kMostBandTiles = 112;
// With so many channels at once, loads and stores of sums are little beside the products.
constexpr uint32_t kBlockChannels = 128;
// Of a picture and an output: then tiles count in 32 bits.
constexpr uint32_t kMostTiledSide = 1u << 17;

uint32_t parts_of(uint64_t value, uint64_t part) {
  return static_cast<uint32_t>(ceil_div(value, part));
}
uint32_t ceil_to(uint64_t value, uint32_t multiple) {
  return parts_of(value, multiple) * multiple;
}

// In products of one tile: loads of weights and of sums cost a strip as much as another tile would.
uint32_t strip_cost(uint32_t tiles) {
  return tiles + 1;
}

void choose_strip(const WinogradLimits& limits, WinogradLayout* layout) {
  uint64_t least = UINT64_MAX;
  for (uint32_t kind = 0; kind < limits.strip_kinds; ++kind) {
    const uint32_t tiles = limits.strip_tiles[kind], strips = parts_of(layout->tiles, tiles);
    const uint64_t cost = uint64_t{strips} * strip_cost(tiles);
    if (cost >= least) continue;
    least = cost;
    layout->strip_kind = kind;
    layout->strip_tiles = tiles;
    layout->strips = strips;
  }
}

WinogradLayout layout_of(const Site& site, const WinogradLimits& limits, uint32_t tile) {
  const Picture in(site.input()), out(site.output());
  WinogradLayout layout = {};
  layout.tile = tile;
  layout.tile_columns = parts_of(out.width, tile);
  layout.tiles = layout.tile_columns * parts_of(out.height, tile);
  choose_strip(limits, &layout);
  layout.channels = in.channels;
  layout.padded_channels = ceil_to(in.channels, limits.lanes);
  const uint64_t fitting = kBandFloats / (uint64_t{layout.positions()} * layout.padded_channels);
  const uint64_t most = std::max<uint64_t>(std::min<uint64_t>(fitting, kMostBandTiles) / layout.strip_tiles, 1);
  layout.bands = parts_of(layout.strips, most);
  layout.band_strips = parts_of(layout.strips, layout.bands);
  layout.block_outputs = limits.block_outputs;
  layout.output_blocks = parts_of(out.channels, layout.block_outputs);
  layout.block_channels = ceil_to(parts_of(in.channels, parts_of(in.channels, kBlockChannels)), limits.lanes);
  layout.channel_blocks = parts_of(in.channels, layout.block_channels);
  return layout;
}

// ---- The choice ----

// Times count in steps: a multiply-add of vectors at the CPU's best rate. Measured by the 3 x 3 layers of VGG-16,
// AlexNet and ResNet-50 at the paper's densities on one core of a Zen 4 with AVX-512, which does 118 GFLOP/s: a step
// takes 0.27 ns. The estimates were within 15 % of all layers with planes of 13 x 13 and more.
struct Costs {
  // Panels, for each vector of pixels: a non-zero of a sparse weight, a channel of an output of it; a weight of the
  // other forms.
  double sparse_nonzero = 1.5, sparse_kernel = 0.7, dense_weight = 1.35;
  // Winograd: an input times a vector of outputs; for each position, the transforms (with loads and stores) of a vector
  // of inputs of a tile, of sums of a tile, of weights; expanding a non-zero.
  double product = 0.97, inputs = 31.0, sums = 24.0, weights = 4.9, expand = 1.2;
};
constexpr Costs kCosts;

double winograd_steps(const Site& site, const WinogradLayout& layout, uint32_t lanes) {
  const double positions = layout.positions(), channels = layout.channels;
  const double vectors = static_cast<double>(layout.output_blocks) * layout.block_outputs / lanes;  // of outputs
  const double strips = static_cast<double>(layout.strips) * strip_cost(layout.strip_tiles);
  const double products = kCosts.product * positions * channels * strips * vectors;
  const double ends =
      positions * layout.tiles * (kCosts.inputs * layout.padded_channels / lanes + kCosts.sums * vectors);
  const double weights =
      kCosts.weights * positions * channels * vectors + kCosts.expand * static_cast<double>(site.weight().nonzeros);
  return products + ends + weights * layout.bands;
}

double panel_steps(const Site& site, uint32_t lanes) {
  const Weight& weight = site.weight();
  double vectors = static_cast<double>(panel_pixels(site, lanes)) / lanes;
  // Vectors of 8 are taken where they cover a plane better (supports() in simd/conv_panels.h), and take half a step.
  if (lanes == 16) vectors = std::min(vectors, static_cast<double>(panel_pixels(site, 8)) / lanes * 1.1);
  const double elements = static_cast<double>(weight.elements());
  if (weight.form != WeightForm::kSparse) return vectors * kCosts.dense_weight * elements;
  return vectors * (kCosts.sparse_nonzero * static_cast<double>(weight.nonzeros) +
                    kCosts.sparse_kernel * elements / WinogradLayout::kTaps);
}

WinogradLayout best_layout(const Site& site, const WinogradLimits& limits) {
  const WinogradLayout small = layout_of(site, limits, 5), large = layout_of(site, limits, 6);
  return winograd_steps(site, large, limits.lanes) < winograd_steps(site, small, limits.lanes) ? large : small;
}

// ---- The weight ----

// Calls f(column, code) for the non-zeros of a row of a weight that shares centroids.
template <typename F>
void visit_row(const Weight& weight, uint32_t row, F&& f) {
  if (weight.form == WeightForm::kSparse) {
    for (uint32_t i = weight.segment_begin[row]; i < weight.segment_begin[row + 1]; ++i)
      f(weight.segment_column[i], weight.codes[i]);
    return;
  }
  const uint8_t* codes = weight.codes.data() + uint64_t{row} * weight.columns;
  for (uint32_t column = 0; column < weight.columns; ++column)
    if (weight.codebook[codes[column]] != 0.0f) f(column, codes[column]);
}

void fill_nonzeros(const Weight& weight, uint32_t channels, uint32_t* begins, WinogradNonzero* nonzeros) {
  constexpr uint32_t kOutputs = WinogradLayout::kOutputs, kTaps = WinogradLayout::kTaps;
  uint32_t place = 0;
  for (uint32_t first = 0; first < weight.rows; first += kOutputs, begins += channels) {
    const uint32_t end = std::min(first + kOutputs, weight.rows);
    std::fill(begins, begins + channels, 0);
    for (uint32_t row = first; row < end; ++row)
      visit_row(weight, row, [&](uint32_t column, uint8_t) { ++begins[column / kTaps]; });
    // Where each channel ends; filling it from its end moves that to where it begins.
    for (uint32_t channel = 0; channel < channels; ++channel) begins[channel] = place += begins[channel];
    for (uint32_t row = first; row < end; ++row)
      visit_row(weight, row, [&](uint32_t column, uint8_t code) {
        const uint32_t tap = column % kTaps;
        nonzeros[--begins[column / kTaps]] = {static_cast<uint8_t>(tap * kOutputs + row - first), code};
      });
  }
  *begins = place;
}

}  // namespace

void WinogradLayout::expand(const Weight& weight, uint32_t output, uint32_t channel, uint32_t count,
                            float* kernels) const {
  std::memset(kernels, 0, count * kTaps * kOutputs * sizeof(float));
  if (output >= weight.rows) return;
  if (weight.form == WeightForm::kDense) {
    const uint32_t rows = std::min(kOutputs, weight.rows - output);
    for (uint32_t c = 0; c < count; ++c, kernels += kTaps * kOutputs)
      for (uint32_t row = 0; row < rows; ++row) {
        const float* from = weight.values.data() + uint64_t{output + row} * weight.columns + (channel + c) * kTaps;
        for (uint32_t tap = 0; tap < kTaps; ++tap) kernels[tap * kOutputs + row] = from[tap];
      }
    return;
  }
  const float* codebook = weight.codebook.data();
  const uint32_t* bounds = begins() + uint64_t{output / kOutputs} * channels + channel;
  for (uint32_t c = 0; c < count; ++c, kernels += kTaps * kOutputs) {
    const WinogradNonzero *nonzero = nonzeros() + bounds[c], *end = nonzeros() + bounds[c + 1];
    for (; end - nonzero >= 4; nonzero += 4) {
      DCM_UNROLL
      for (uint32_t i = 0; i < 4; ++i) kernels[nonzero[i].place] = codebook[nonzero[i].code];
    }
    for (; nonzero != end; ++nonzero) kernels[nonzero->place] = codebook[nonzero->code];
  }
}

uint64_t WinogradLayout::scratch_floats(uint32_t lanes) const {
  const uint64_t run = uint64_t{std::max(side() * kInputPixels, tile * kOutputPixels)} * lanes;
  return positions() * (input_step(lanes) + weight_step(lanes) + sum_step(lanes)) + kExpanded * kTaps * kOutputs +
         strip_tiles * block_outputs + run;
}

bool fits_winograd(const Site& site, const WinogradLimits& limits) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  for (const WindowAxis* axis : {&convolution.y, &convolution.x})
    if (axis->kernel != 3 || axis->stride != 1 || axis->dilation != 1) return false;
  const Picture in(site.input()), out(site.output());
  if (convolution.groups != 1 || site.weight().row_segments > 1) return false;  // columns of 16 bits say all
  if (std::max({in.height, in.width, out.height, out.width}) > kMostTiledSide) return false;
  return layout_of(site, limits, 6).scratch_floats(limits.lanes) <= kMostWinogradFloats &&
         layout_of(site, limits, 5).scratch_floats(limits.lanes) <= kMostWinogradFloats;
}

bool winograd_is_faster(const Site& site, const WinogradLimits& limits) {
  return winograd_steps(site, best_layout(site, limits), limits.lanes) < panel_steps(site, limits.lanes);
}

Status prepare_winograd(const Site& site, const WinogradLimits& limits, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  WinogradLayout layout = best_layout(site, limits);
  const bool shared = weight.form != WeightForm::kDense;
  const uint64_t begins = shared ? ceil_div(weight.rows, WinogradLayout::kOutputs) * layout.channels + 1 : 0;
  layout.begins_at = sizeof(WinogradLayout);
  layout.nonzeros_at = layout.begins_at + begins * sizeof(uint32_t);
  DCM_TRY(prepared->allocate(budget, layout.nonzeros_at + (shared ? weight.nonzeros * sizeof(WinogradNonzero) : 0)));
  new (prepared->data()) WinogradLayout(layout);
  if (shared)
    fill_nonzeros(weight, layout.channels, reinterpret_cast<uint32_t*>(prepared->data() + layout.begins_at),
                  reinterpret_cast<WinogradNonzero*>(prepared->data() + layout.nonzeros_at));
  return {};
}

}  // namespace dcm
