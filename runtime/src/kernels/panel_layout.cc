#include "kernels/panel_layout.h"

#include <algorithm>
#include <utility>

namespace dcm {
namespace {

// Vectors of a strip, at most, where there are several.
constexpr uint32_t kUsualStrip = 10;
// More pixels than a tile of so many strips gain nothing.
constexpr uint32_t kMostStrips = 16;
// Non-zeros of a row in a block that are worth a panel of up to so many times the size.
constexpr uint64_t kWantedNonzeros = 24, kLargerPanel = 2;
// Units take no more outputs than these sums hold, 512 KB, so that they stay in the cache: one alone, and those that
// are computed as one.
constexpr uint32_t kMostSums = 65536, kMostJoinedSums = 2 * kMostSums;
// So many units of a sample are enough for any number of threads; with fewer, outputs are cut.
constexpr uint32_t kEnoughUnits = 4;
// Fewer outputs than this are not worth a panel of their own.
constexpr uint32_t kLeastOutputs = 64;

uint32_t ceil_to(uint64_t value, uint32_t multiple) {
  return static_cast<uint32_t>((value + multiple - 1) / multiple * multiple);
}
uint32_t parts_of(uint64_t value, uint32_t part) {
  return static_cast<uint32_t>((value + part - 1) / part);
}

bool is_pointwise(const ConvolutionAttributes& convolution, const Picture& in, const Picture& out) {
  return convolution.y.kernel * convolution.x.kernel == 1 && in.height == out.height && in.width == out.width &&
         convolution.y.stride == 1 && convolution.x.stride == 1;
}

Picture flattened(const Picture& picture) {
  Picture flat = picture;
  flat.width = static_cast<uint32_t>(picture.plane());
  flat.height = 1;
  return flat;
}

// The steps of a tap along y: which panel row, and how many output rows further.
struct Shift {
  uint32_t row, down;
};
Shift shift_of(const PanelLayout& layout, const WindowAxis& y, uint32_t tap) {
  const uint32_t elements = tap * y.dilation;
  return layout.shares_rows ? Shift{elements % y.stride, elements / y.stride} : Shift{tap, 0};
}

// The most vectors of a strip, among those that leave the fewest behind the last pixel. One strip of more is worth it
// where panel rows are shared, not elsewhere (measured on 13 x 13 and 14 x 14 planes, 3 x 3 and 1 x 1).
uint32_t choose_strip(uint32_t vectors, uint32_t most, bool shares_rows) {
  if (vectors <= most && shares_rows) return vectors;
  most = std::min(most, kUsualStrip);
  uint32_t best = std::min(vectors, most), least = ceil_to(vectors, best);
  for (uint32_t strip = best; strip > 0 && strip * 2 > most; --strip)
    if (ceil_to(vectors, strip) < least) best = strip, least = ceil_to(vectors, strip);
  return best;
}

// pixels: of a column of tiles. further: floats of a panel row that only taps further down see.
void choose_tiles(const PanelLimits& limits, uint64_t pixels, uint32_t channels, uint32_t row_nonzeros,
                  uint32_t further, PanelLayout* layout) {
  const uint32_t vectors = parts_of(pixels, limits.lanes);
  layout->strip_vectors = choose_strip(vectors, limits.strip_vectors, layout->shares_rows);
  const uint32_t strip = layout->strip_vectors * limits.lanes, strips = parts_of(vectors, layout->strip_vectors);
  layout->strips = 1;
  const auto floats = [&](uint32_t tile) {
    return uint64_t{channels} * layout->channel_rows * (uint64_t{tile} + further);
  };
  while (layout->strips < std::min(strips, kMostStrips) && floats((layout->strips + 1) * strip) <= limits.panel_floats)
    ++layout->strips;
  layout->strips = parts_of(strips, parts_of(strips, layout->strips));
  layout->tile = layout->strips * strip;
  layout->tile_bands = parts_of(pixels, layout->tile);
  layout->row_floats = ceil_to(uint64_t{layout->tile} + further, limits.lanes);
  const uint64_t channel_floats = uint64_t{layout->channel_rows} * layout->row_floats;
  const uint64_t fitting = std::max<uint64_t>(1, limits.panel_floats / channel_floats);
  // Few non-zeros a row and block are little work for every load and store of the sums: then rather a larger panel.
  const uint64_t wanted =
      std::min(kWantedNonzeros * uint64_t{channels} / std::max(row_nonzeros, 1u), kLargerPanel * fitting);
  const uint32_t block = static_cast<uint32_t>(std::max(fitting, wanted));
  layout->blocks = parts_of(channels, block);
  layout->block_channels = parts_of(channels, layout->blocks);
  layout->blocks = parts_of(channels, layout->block_channels);
}

void choose_outputs(uint32_t outputs, PanelLayout* layout) {
  layout->group_outputs = outputs;
  const uint32_t wanted = parts_of(kEnoughUnits, static_cast<uint32_t>(layout->tiles()));
  const uint32_t most = std::max(std::min(kMostSums / layout->tile, parts_of(outputs, wanted)), kLeastOutputs);
  layout->output_blocks = parts_of(outputs, most);
  layout->block_outputs = parts_of(outputs, layout->output_blocks);
  const uint64_t joined = kMostJoinedSums / (uint64_t{layout->block_outputs} * layout->tile);
  layout->joined_blocks = static_cast<uint32_t>(std::clamp<uint64_t>(joined, 1, layout->output_blocks));
}

void choose_window(const ConvolutionAttributes& convolution, const PanelLimits& limits, PanelLayout* layout) {
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const uint32_t reach_x = (x.kernel - 1) * x.dilation, reach_y = (y.kernel - 1) * y.dilation;
  layout->window_phases = std::min(x.stride, reach_x + 1);
  layout->window_width = ceil_to(uint64_t{layout->pitch} + reach_x / x.stride + limits.lanes, limits.lanes);
  const uint32_t down = layout->shares_rows ? layout->shifts - 1 : reach_y;
  layout->window_rows = (layout->row_floats / layout->pitch + 1) * y.stride + down + 1;
}

// Vectors that cover a plane row by row, and pixel by pixel.
uint64_t vectors_of_rows(const Picture& out, uint32_t lanes) {
  return uint64_t{out.height} * parts_of(out.width, lanes);
}
uint64_t vectors_of_pixels(const Picture& out, uint32_t lanes) {
  return parts_of(out.plane(), lanes);
}

// Fewer panel rows are worth some more vectors, but not many: a quarter, or where all weights count, an eighth.
bool shares_rows(uint32_t kernel_area, const Picture& out, uint32_t lanes, WeightForm form) {
  const uint32_t part = form == WeightForm::kSparse ? 4 : 8;
  return kernel_area > 1 && vectors_of_rows(out, lanes) * part <= vectors_of_pixels(out, lanes) * (part + 1);
}

PanelLayout layout_of(const Site& site, const PanelLimits& limits) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  PanelLayout layout = {};
  Picture in(site.input()), out(site.output());
  layout.pointwise = is_pointwise(convolution, in, out);
  if (layout.pointwise) in = flattened(in), out = flattened(out);
  const WindowAxis& y = convolution.y;
  layout.kernel_area = y.kernel * convolution.x.kernel;
  layout.shares_rows = shares_rows(layout.kernel_area, out, limits.lanes, site.weight().form);
  layout.pitch = layout.shares_rows ? limits.lanes : out.width;
  layout.tile_columns = layout.shares_rows ? parts_of(out.width, limits.lanes) : 1;
  const uint32_t reach = (y.kernel - 1) * y.dilation;
  layout.shifts = layout.shares_rows ? std::min(y.stride, reach + 1) : y.kernel;
  layout.channel_rows = convolution.x.kernel * layout.shifts;
  const uint32_t further = layout.shares_rows ? reach / y.stride * layout.pitch : 0;
  const uint32_t channels = in.channels / convolution.groups;
  const Weight& weight = site.weight();
  const uint32_t row_nonzeros = static_cast<uint32_t>(weight.nonzeros / weight.rows);
  choose_tiles(limits, uint64_t{out.height} * layout.pitch, channels, row_nonzeros, further, &layout);
  choose_outputs(out.channels / convolution.groups, &layout);
  layout.block_columns = layout.block_channels * layout.kernel_area;
  if (!layout.pointwise) choose_window(convolution, limits, &layout);
  return layout;
}

void fill_offsets(const PanelLayout& layout, const ConvolutionAttributes& convolution, uint32_t* offsets) {
  for (uint32_t channel = 0; channel < layout.block_channels; ++channel)
    for (uint32_t ky = 0; ky < convolution.y.kernel; ++ky)
      for (uint32_t kx = 0; kx < convolution.x.kernel; ++kx) {
        const Shift shift = shift_of(layout, convolution.y, ky);
        const uint32_t row = channel * layout.channel_rows + kx * layout.shifts + shift.row;
        *offsets++ = row * layout.row_floats + shift.down * layout.pitch;
      }
}

// Rows of a block of outputs, by the number of their non-zeros in a block of channels.
class RowOrder {
 public:
  Status allocate(MemoryBudget& budget, const PanelLayout& layout) {
    DCM_TRY(cursors_.allocate(budget, layout.block_outputs));
    return firsts_.allocate(budget, layout.block_columns + 1);
  }

  void begin(const Weight& weight, uint64_t row, uint32_t rows) {
    columns_ = weight.segment_column.data(), begins_ = weight.segment_begin.data() + row, rows_ = rows;
    for (uint32_t r = 0; r < rows; ++r) cursors_[r] = begins_[r];
  }

  // Each row's next non-zeros, those left of column end.
  void sort(uint32_t end, RowRun* runs) {
    for (uint32_t& first : firsts_) first = 0;
    for (uint32_t r = 0; r < rows_; ++r) ++firsts_[count(r, end)];
    uint32_t place = 0;
    for (uint32_t n = static_cast<uint32_t>(firsts_.size()); n-- > 0;) place += std::exchange(firsts_[n], place);
    for (uint32_t r = 0; r < rows_; ++r) {
      const uint32_t n = count(r, end);
      runs[firsts_[n]++] = {static_cast<uint16_t>(r), static_cast<uint16_t>(n)};
    }
  }

  // Where the run begins in the weight; passes over it.
  uint32_t take(const RowRun& run) { return std::exchange(cursors_[run.row], cursors_[run.row] + run.count); }

 private:
  uint32_t count(uint32_t row, uint32_t end) const {
    const uint16_t *at = columns_ + cursors_[row], *row_end = columns_ + begins_[row + 1];
    return static_cast<uint32_t>(std::lower_bound(at, row_end, end) - at);
  }

  Array<uint32_t> cursors_;  // of each row, in the weight
  Array<uint32_t> firsts_;   // for each number of non-zeros, where the next run of it goes
  const uint16_t* columns_ = nullptr;
  const uint32_t* begins_ = nullptr;
  uint32_t rows_ = 0;
};

Status fill_nonzeros(const PanelLayout& layout, const Weight& weight, uint32_t lanes, MemoryBudget& budget,
                     uint8_t* prepared) {
  uint32_t* begins = reinterpret_cast<uint32_t*>(prepared + layout.begins_at);
  RowRun* runs = reinterpret_cast<RowRun*>(prepared + layout.runs_at);
  uint32_t* const nonzeros = reinterpret_cast<uint32_t*>(prepared + layout.nonzeros_at);
  uint32_t* nonzero = nonzeros;
  RowOrder order;
  DCM_TRY(order.allocate(budget, layout));
  for (uint64_t group_row = 0; group_row < weight.rows; group_row += layout.group_outputs)
    for (uint32_t first = 0; first < layout.group_outputs; first += layout.block_outputs) {
      const uint32_t rows = std::min(layout.block_outputs, layout.group_outputs - first);
      order.begin(weight, group_row + first, rows);
      for (uint32_t block = 0; block < layout.blocks; ++block, runs += rows) {
        const uint32_t column = block * layout.block_columns;
        const uint64_t end = uint64_t{column} + layout.block_columns;
        order.sort(static_cast<uint32_t>(std::min<uint64_t>(end, weight.columns)), runs);
        *begins++ = static_cast<uint32_t>(nonzero - nonzeros);
        for (uint32_t r = 0; r < rows; ++r) {
          uint32_t at = order.take(runs[r]);
          for (const uint32_t to = at + runs[r].count; at < to; ++at) {
            const uint32_t vector = layout.offsets()[weight.segment_column[at] - column] / lanes;
            *nonzero++ = vector | uint32_t{weight.codes[at]} << 24;
          }
        }
      }
    }
  return {};
}

}  // namespace

Picture PanelLayout::flat(const Picture& picture) const {
  return pointwise ? flattened(picture) : picture;
}

bool fits_panels(const Site& site, const PanelLimits& limits) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const uint64_t reach_y = y.extent() - 1, reach_x = x.extent() - 1;
  const Picture in(site.input());
  if (reach_y > kMostPanelFloats || reach_x > kMostPanelFloats || in.height > kMostSide || in.width > kMostSide)
    return false;
  // Of either kind of panel: the rows of one channel, and a row of the largest tile with all that taps see below it.
  const uint64_t rows = x.kernel * std::max<uint64_t>(y.kernel, std::min<uint64_t>(y.stride, reach_y + 1));
  const uint64_t tile = uint64_t{kMostStrips} * limits.strip_vectors * limits.lanes;
  const uint64_t row_floats = tile + (reach_y / y.stride + 1) * limits.lanes;
  if (rows > kMostPanelFloats / row_floats) return false;
  const PanelLayout layout = layout_of(site, limits);
  return layout.panel_floats(limits.lanes) <= kMostPanelFloats && layout.block_columns <= UINT16_MAX &&
         (layout.pointwise || layout.window_floats() <= kMostPanelFloats);
}

KernelWork panel_work(const Site& site, const PanelLimits& limits) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Weight& weight = site.weight();
  const PanelLayout layout = layout_of(site, limits);
  const double tiles = static_cast<double>(layout.tiles());
  const double strips = tiles * layout.strips, vectors = strips * layout.strip_vectors;  // of an output plane
  const double weights = static_cast<double>(weight.form == WeightForm::kSparse ? weight.nonzeros : weight.elements());
  const double runs = static_cast<double>(weight.rows) * layout.blocks;
  const double channels = static_cast<double>(layout.block_channels) * layout.blocks * convolution.groups;
  const double panels = parts_of(layout.output_blocks, layout.joined_blocks);
  const double row_vectors = static_cast<double>(layout.row_floats) / limits.lanes;
  return {weight.form == WeightForm::kSparse ? WorkKind::kSparsePanels : WorkKind::kDensePanels,
          {weights * vectors, weights * strips, runs * vectors, runs * strips,
           tiles * panels * channels * layout.channel_rows * row_vectors}};
}

Status prepare_panels(const Site& site, const PanelLimits& limits, MemoryBudget& budget, Prepared* prepared) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Weight& weight = site.weight();
  PanelLayout layout = layout_of(site, limits);
  const bool sparse = weight.form == WeightForm::kSparse;
  const uint64_t output_blocks = sparse ? uint64_t{layout.output_blocks} * convolution.groups : 0;
  layout.offsets_at = sizeof(PanelLayout);
  layout.begins_at = layout.offsets_at + uint64_t{layout.block_columns} * sizeof(uint32_t);
  layout.runs_at = layout.begins_at + output_blocks * layout.blocks * sizeof(uint32_t);
  layout.nonzeros_at = layout.runs_at + (sparse ? uint64_t{weight.rows} * layout.blocks * sizeof(RowRun) : 0);
  DCM_TRY(prepared->allocate(budget, layout.nonzeros_at + (sparse ? weight.nonzeros * sizeof(uint32_t) : 0)));
  new (prepared->data()) PanelLayout(layout);
  fill_offsets(layout, convolution, reinterpret_cast<uint32_t*>(prepared->data() + layout.offsets_at));
  return sparse ? fill_nonzeros(panel_layout(*prepared), weight, limits.lanes, budget, prepared->data()) : Status();
}

}  // namespace dcm
