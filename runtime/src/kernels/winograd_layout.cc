#include "kernels/winograd_layout.h"

#include <algorithm>

#include "kernels/panel_layout.h"

namespace dcm {
namespace {

// Of a band: transformed inputs of at most 8 MB; more tiles gain nothing.
constexpr uint64_t kBandFloats = uint64_t{1} << 21;
constexpr uint32_t kMostBandTiles = 128;
// With so many channels at once, loads and stores of sums are little beside the products; where a band is one strip,
// their weights had rather take less of the cache.
constexpr uint32_t kBlockChannels = 128, kOneStripChannels = 64;
// Of a picture and an output: then tiles and bands count in 32 bits.
constexpr uint32_t kMostTiledSide = 1u << 17;

uint32_t parts_of(uint64_t value, uint64_t part) {
  return static_cast<uint32_t>(ceil_div(value, part));
}
uint32_t ceil_to(uint64_t value, uint32_t multiple) {
  return parts_of(value, multiple) * multiple;
}

void choose_bands(const WinogradLimits& limits, WinogradLayout* layout) {
  const uint64_t fitting = kBandFloats / (uint64_t{WinogradLayout::kPositions} * layout->padded_channels);
  const uint32_t most =
      std::max(static_cast<uint32_t>(std::min<uint64_t>(fitting, kMostBandTiles)), uint32_t{limits.strip_tiles[0]});
  layout->bands_x = parts_of(layout->x.tiles, most);
  // A band that has to end at an even pixel may have a tile more.
  const auto most_tiles = [layout](uint32_t tiles, uint32_t bands) {
    return parts_of(tiles, bands) + (layout->pools && bands > 1 ? 1 : 0);
  };
  const uint32_t columns = most_tiles(layout->x.tiles, layout->bands_x);
  layout->bands_y = parts_of(layout->y.tiles, std::max(most / columns, 1u));
  const uint32_t rows = most_tiles(layout->y.tiles, layout->bands_y);
  layout->band_tiles = rows * columns + limits.strip_tiles[0] - 1;
}

WinogradLayout layout_of(const Site& site, const WinogradLimits& limits) {
  const Picture in(site.input()), out(site.output());
  const uint32_t groups = site.op->attributes.convolution.groups;
  WinogradLayout layout = {};
  layout.kernel = site.op->attributes.convolution.y.kernel;
  layout.tile = WinogradLayout::kSide + 1 - layout.kernel;
  layout.taps = layout.kernel * layout.kernel;
  layout.tap_parts = parts_of(layout.taps, WinogradLayout::kPartTaps);
  layout.pools = site.fused != nullptr && site.fused->type == OpType::kMaxPool2d;
  layout.y = WinogradAxis(layout.tile, out.height);
  layout.x = WinogradAxis(layout.tile, out.width);
  layout.groups = groups;
  layout.outputs = out.channels / groups;
  layout.channels = in.channels / groups;
  layout.padded_channels = ceil_to(layout.channels, limits.lanes);
  choose_bands(limits, &layout);
  layout.block_outputs = limits.block_outputs;
  layout.output_blocks = parts_of(layout.outputs, layout.block_outputs);
  const uint32_t most = layout.band_tiles < 2 * limits.strip_tiles[0] ? kOneStripChannels : kBlockChannels;
  layout.block_channels = ceil_to(parts_of(layout.channels, parts_of(layout.channels, most)), limits.lanes);
  layout.channel_blocks = parts_of(layout.channels, layout.block_channels);
  return layout;
}

}  // namespace

uint64_t WinogradLayout::scratch_floats(const WinogradLimits& limits) const {
  const uint64_t run = std::max(kSide * kInputPixels, kMostTile * kOutputPixels) + 1;  // and a vector that is not used
  return kPositions * (input_step(limits.lanes) + weight_step(limits.lanes) + sum_step(limits.lanes)) +
         kExpanded * kMostTaps * kOutputs + (limits.strip_tiles[0] + 1) * block_outputs + run * limits.lanes;
}

uint32_t choose_strip(const WinogradLimits& limits, uint32_t tiles) {
  const auto cost = [&](uint32_t kind) {
    return uint64_t{parts_of(tiles, limits.strip_tiles[kind])} * strip_cost(limits.strip_tiles[kind]);
  };
  uint32_t best = 0;
  for (uint32_t kind = 1; kind < limits.strip_kinds; ++kind)
    if (cost(kind) < cost(best)) best = kind;
  return best;
}

WinogradAxis::WinogradAxis(uint32_t pixels_of_tile, uint32_t pixels)
    : tile_pixels(pixels_of_tile), tiles(parts_of(pixels, pixels_of_tile)) {
  const uint32_t beyond = tiles * tile_pixels - pixels;
  large = tiles > beyond ? tiles - beyond : 0;
}

WinogradBand WinogradLayout::band(uint32_t index) const {
  // Bands differ by a row or column at most, and not the first ones from the last ones: threads take bands in order.
  const auto begin = [this](const WinogradAxis& axis, uint32_t part, uint32_t parts) {
    const uint32_t first = static_cast<uint32_t>(uint64_t{axis.tiles} * part / parts);
    return pools ? axis.even(first) : first;
  };
  const auto larger = [](uint32_t large, uint32_t first, uint32_t count) {
    return large > first ? std::min(large - first, count) : 0;
  };
  const uint32_t by = index / bands_x, bx = index % bands_x;
  WinogradBand band = {};
  band.row = begin(y, by, bands_y);
  band.rows = begin(y, by + 1, bands_y) - band.row;
  band.column = begin(x, bx, bands_x);
  band.columns = begin(x, bx + 1, bands_x) - band.column;
  band.large_rows = larger(y.large, band.row, band.rows);
  band.large_columns = larger(x.large, band.column, band.columns);
  return band;
}

bool fits_winograd(const Site& site, const WinogradLimits& limits) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  for (const WindowAxis* axis : {&convolution.y, &convolution.x})
    if (axis->kernel != convolution.x.kernel || axis->stride != 1 || axis->dilation != 1) return false;
  if (convolution.x.kernel != 3 && convolution.x.kernel != 5) return false;
  const Picture in(site.input()), out(site.output());
  if (in.channels == convolution.groups) return false;  // of depthwise ones there is nothing to add up
  if (site.weight().row_segments > 1) return false;     // columns of 16 bits say all
  if (std::max({in.height, in.width, out.height, out.width}) > kMostTiledSide) return false;
  return layout_of(site, limits).scratch_floats(limits) <= kMostWinogradFloats;
}

bool winograd_pools(const Site& site, const Op& next, const WinogradLimits& limits) {
  if (next.type != OpType::kMaxPool2d) return false;
  const Shape &from = site.output(), &to = site.graph->shapes[next.first_output];
  const auto halves = [&](const WindowAxis& axis, uint32_t dim) {
    return axis.kernel == 2 && axis.stride == 2 && axis.dilation == 1 && axis.pad_before == 0 &&
           to.dims[dim] == from.dims[dim] / 2;
  };
  if (!halves(next.attributes.max_pool2d.y, 2) || !halves(next.attributes.max_pool2d.x, 3)) return false;
  Site pooled = site;
  pooled.fused = &next;
  return layout_of(pooled, limits).scratch_floats(limits) <= kMostWinogradFloats;
}

KernelWork winograd_work(const Site& site, const WinogradLimits& limits) {
  const WinogradLayout layout = layout_of(site, limits);
  constexpr uint32_t kFinite = WinogradLayout::kSide - 1;  // positions along an axis, without infinity
  const double channels = layout.channels, bands = static_cast<double>(layout.bands()) * layout.groups;
  const double vectors = static_cast<double>(layout.output_blocks) * layout.block_outputs / limits.lanes;  // of outputs
  const WinogradBand band = layout.band(layout.bands() - 1);
  const auto strips_cost = [&](uint32_t tiles) {
    const uint32_t strip = limits.strip_tiles[choose_strip(limits, tiles)];
    return static_cast<double>(parts_of(tiles, strip) * strip_cost(strip));
  };
  const double strips = kFinite * kFinite * strips_cost(band.rows * band.columns) +
                        kFinite * strips_cost(band.large_rows * band.columns) +
                        kFinite * strips_cost(band.rows * band.large_columns) +
                        strips_cost(band.large_rows * band.large_columns);
  const double positions = (kFinite + (layout.y.large > 0)) * (kFinite + (layout.x.large > 0));
  const double tiles = positions * band.rows * band.columns * bands;
  return {WorkKind::kWinograd,
          {channels * strips * vectors * bands, tiles * layout.padded_channels / limits.lanes, tiles * vectors,
           positions * channels * vectors * bands, static_cast<double>(site.weight().nonzeros) * layout.bands()}};
}

Status prepare_winograd(const Site& site, const WinogradLimits& limits, MemoryBudget& budget, Prepared* prepared) {
  const Weight& weight = site.weight();
  WinogradLayout layout = layout_of(site, limits);
  const bool shared = weight.form != WeightForm::kDense;
  const uint64_t begins =
      shared ? uint64_t{layout.groups} * layout.row_blocks() * layout.channels * layout.tap_parts + 1 : 0;
  layout.begins_at = sizeof(WinogradLayout);
  layout.nonzeros_at = layout.begins_at + begins * sizeof(uint32_t);
  DCM_TRY(prepared->allocate(budget, layout.nonzeros_at + (shared ? weight.nonzeros * sizeof(WinogradNonzero) : 0)));
  new (prepared->data()) WinogradLayout(layout);
  if (shared)
    fill_winograd_nonzeros(weight, layout, reinterpret_cast<uint32_t*>(prepared->data() + layout.begins_at),
                           reinterpret_cast<WinogradNonzero*>(prepared->data() + layout.nonzeros_at));
  return {};
}

}  // namespace dcm
