#include "kernels/winograd.h"

#include <cstring>

#include "kernels/generic/activation.h"

namespace dcm {
namespace {

constexpr uint32_t kSide = WinogradLayout::kSide, kPositions = WinogradLayout::kPositions;
constexpr uint32_t kOutputs = WinogradLayout::kOutputs, kExpanded = WinogradLayout::kExpanded;

// A run of tiles within a row of tiles.
struct TileRun {
  uint32_t row, column, count;  // of the plane
  uint32_t first_pixel, pixels;

  TileRun(const WinogradAxis& x, uint32_t tile_row, uint32_t first, uint32_t end)
      : row(tile_row),
        column(first),
        count(end - first),
        first_pixel(x.begin(first)),
        pixels(x.begin(end) - first_pixel) {}
};

// The tiles of a band that some of the positions have: all, or those that are large along y or x, row by row.
struct TileSet {
  uint32_t columns, kind, strip_tiles, strips;
};

class Winograd {
 public:
  Winograd(const WinogradSteps& steps, const Call& call, void* memory)
      : steps_(steps),
        site_(*call.site),
        layout_(winograd_layout(*call.prepared)),
        transform_weights_(layout_.kernel == 3 ? steps.transform_weights3 : steps.transform_weights5),
        transform_sums_(layout_.kernel == 3 ? steps.transform_sums6 : steps.transform_sums4),
        seen_(layout_.kernel - 1),
        in_(site_.input()),
        out_(site_.output()),
        written_(site_.written()),
        transform_activation_(site_.adds() ? Activation::kNone : site_.op->activation),
        lanes_(steps.limits.lanes),
        input_row_(uint64_t{WinogradLayout::kInputPixels} * lanes_),
        output_row_(uint64_t{WinogradLayout::kOutputPixels} * lanes_),
        input_step_(layout_.input_step(lanes_)),
        weight_step_(layout_.weight_step(lanes_)),
        sum_step_(layout_.sum_step(lanes_)),
        inputs_(static_cast<float*>(memory)),
        weights_(inputs_ + kPositions * input_step_),
        sums_(weights_ + kPositions * weight_step_),
        kernels_(sums_ + kPositions * sum_step_),
        zeros_(kernels_ + kExpanded * layout_.taps * kOutputs),
        bias_(zeros_ + steps.limits.strip_tiles[0] * layout_.block_outputs),
        unused_(bias_ + layout_.block_outputs),
        pixels_(unused_ + lanes_) {
    std::fill(zeros_, bias_, 0.0f);
  }

  // Transforms what the tiles of the band see. input: the group's.
  void begin_band(uint32_t band, const float* input) {
    band_ = layout_.band(band);
    for (uint32_t infinity = 0; infinity < 4; ++infinity) {  // along x: 1, along y: 2
      TileSet& set = sets_[infinity];
      set.columns = infinity % 2 == 0 ? band_.columns : band_.large_columns;
      const uint32_t tiles = (infinity < 2 ? band_.rows : band_.large_rows) * set.columns;
      set.kind = choose_strip(steps_.limits, tiles);
      set.strip_tiles = steps_.limits.strip_tiles[set.kind];
      set.strips = static_cast<uint32_t>(ceil_div(tiles, set.strip_tiles));
    }
    for_each_run((WinogradLayout::kInputPixels - seen_) / layout_.tile, [&](const TileRun& run) {
      for (uint32_t channel = 0; channel < layout_.channels; channel += lanes_) {
        load_run(input + channel * in_.plane(), layout_.channels - channel, run);
        transform_run(channel, run);
      }
    });
  }

  // Outputs block * block_outputs and on of the group, of all tiles of the band. output: the group's; added: null, or
  // like output.
  void compute(uint32_t group, uint32_t block, float* output, const float* added) {
    const uint32_t first = block * layout_.block_outputs;
    for (uint32_t channel = 0; channel < layout_.channels; channel += layout_.block_channels) {
      const uint32_t count = std::min(layout_.channels - channel, layout_.block_channels);
      for (uint32_t o = 0; o < layout_.block_outputs; o += kOutputs)
        transform_kernels(group, first + o, channel, count, weights_ + o);
      multiply(channel, count);
    }
    const uint32_t outputs = std::min(layout_.outputs - first, layout_.block_outputs);
    const float* bias = site_.dense(kBias);
    std::fill(bias_, bias_ + layout_.block_outputs, 0.0f);
    if (bias != nullptr) std::copy_n(bias + group * layout_.outputs + first, outputs, bias_);
    for_each_run(WinogradLayout::kOutputPixels / layout_.tile, [&](const TileRun& run) {
      for (uint32_t o = 0; o < outputs; o += lanes_) {
        const uint64_t before = (first + o) * written_.plane();
        end_run(run, o, std::min(outputs - o, lanes_), output + before, added == nullptr ? nullptr : added + before);
      }
    });
  }

 private:
  template <typename F>
  void for_each_run(uint32_t most, F&& f) const {
    const uint32_t end = band_.column + band_.columns;
    for (uint32_t row = band_.row; row < band_.row + band_.rows; ++row)
      for (uint32_t column = band_.column, next; column < end; column = next) {
        next = std::min(end, column + most);
        if (layout_.pools && layout_.x.even(next) != next) --next;  // as bands do, runs end at even pixels
        f(TileRun(layout_.x, row, column, next));
      }
  }

  // What the run's tiles see of a vector of planes, of which `planes` exist, pixel by pixel. One plane is read after
  // the other: the same rows of all may fall on the same lines of a cache.
  void load_run(const float* input, uint32_t planes, const TileRun& run) {
    const ConvolutionAttributes& convolution = site_.op->attributes.convolution;
    WinogradRows rows = {input,
                         in_.width,
                         in_.height,
                         layout_.y.begin(run.row) - convolution.y.pad_before,
                         int64_t{run.first_pixel} - convolution.x.pad_before,
                         run.pixels + seen_,
                         run.column + run.count < layout_.x.tiles};
    for (uint32_t c = 0; c < lanes_; ++c, rows.plane += in_.plane()) {
      if (c == planes) rows.height = 0;
      steps_.load_rows(rows, pixels_ + c * lanes_, input_row_);
    }
    for (uint32_t i = 0; i < kSide; ++i) steps_.transpose(pixels_ + i * input_row_, rows.pixels);
  }

  void transform_run(uint32_t channel, const TileRun& run) {
    for (uint32_t x = 0; x < run.pixels + seen_; ++x) {
      float* column = pixels_ + x * lanes_;
      steps_.transform_inputs(column, input_row_, column, input_row_, column + (kSide - 1) * input_row_);
    }
    const uint32_t rows = run.row < layout_.y.large ? kSide : kSide - 1;
    for (uint32_t t = 0; t < run.count; ++t) {
      const uint32_t column = run.column + t;
      const float* from = pixels_ + (layout_.x.begin(column) - run.first_pixel) * lanes_;
      for (uint32_t i = 0; i < rows; ++i, from += input_row_) {
        const TileSet* sets = sets_ + (i + 1 < kSide ? 0 : 2);
        float* to = inputs_ + i * kSide * input_step_;
        float* infinity = unused_;
        if (column < layout_.x.large)
          infinity = to + (kSide - 1) * input_step_ + input_place(sets[1], run.row, column, channel);
        steps_.transform_inputs(from, lanes_, to + input_place(sets[0], run.row, column, channel), input_step_,
                                infinity);
      }
    }
  }

  uint32_t place(const TileSet& set, uint32_t row, uint32_t column) const {
    return (row - band_.row) * set.columns + column - band_.column;
  }
  uint64_t input_place(const TileSet& set, uint32_t row, uint32_t column, uint32_t channel) const {
    const uint32_t index = place(set, row, column), in_strip = index % set.strip_tiles;
    return uint64_t{index - in_strip} * layout_.padded_channels + uint64_t{channel} * set.strip_tiles +
           in_strip * lanes_;
  }
  const float* sums_of(const TileSet& set, uint32_t row, uint32_t column) const {
    return sums_ + uint64_t{place(set, row, column)} * layout_.block_outputs;
  }

  // Transforms the weights of kOutputs outputs of the group in so many channels.
  void transform_kernels(uint32_t group, uint32_t output, uint32_t channel, uint32_t count, float* to) {
    for (uint32_t done = 0; done < count; done += kExpanded) {
      const uint32_t now = std::min(count - done, kExpanded);
      layout_.expand(site_.weight(), group, output, channel + done, now, kernels_);
      for (uint32_t c = 0; c < now; ++c, to += layout_.block_outputs)
        for (uint32_t v = 0; v < kOutputs; v += lanes_)
          transform_weights_(kernels_ + c * layout_.taps * kOutputs + v, kOutputs, layout_.y.large > 0,
                             layout_.x.large > 0, to + v, weight_step_);
    }
  }

  void multiply(uint32_t channel, uint32_t count) {
    for (uint32_t p = 0; p < kPositions; ++p) {
      const TileSet& set = sets_[(p % kSide + 1 == kSide ? 1 : 0) + (p / kSide + 1 == kSide ? 2 : 0)];
      const float* inputs = inputs_ + p * input_step_ + uint64_t{channel} * set.strip_tiles;
      const float* weights = weights_ + p * weight_step_;
      float* sums = sums_ + p * sum_step_;
      for (uint32_t strip = 0; strip < set.strips; ++strip) {
        steps_.multiply_strip[set.kind](inputs, weights, count, channel == 0 ? zeros_ : sums, sums);
        inputs += uint64_t{set.strip_tiles} * layout_.padded_channels;
        sums += uint64_t{set.strip_tiles} * layout_.block_outputs;
      }
    }
  }

  // A vector of outputs of the run's tiles, of which `outputs` exist, from output `first` of the block on. Small tiles
  // make more than they should, of what the positions hold that they do not have; what is beyond them is overwritten by
  // the next tile, or not taken.
  void end_run(const TileRun& run, uint32_t first, uint32_t outputs, float* output, const float* added) {
    for (uint32_t t = 0; t < run.count; ++t) {
      const uint32_t column = run.column + t;
      const float* infinity = column < layout_.x.large ? sums_of(sets_[1], run.row, column) : sums_;
      transform_sums_(sums_of(sets_[0], run.row, column) + first, sum_step_, infinity + first + (kSide - 1) * sum_step_,
                      bias_ + first, transform_activation_,
                      pixels_ + (layout_.x.begin(column) - run.first_pixel) * lanes_, output_row_);
    }
    const uint32_t x = run.first_pixel, y = layout_.y.begin(run.row);
    const uint32_t width = std::min(out_.width - x, run.pixels);
    const uint32_t below = layout_.pools ? 2 * written_.height : out_.height;
    const uint32_t height = std::min(below - std::min(below, y), layout_.y.begin(run.row + 1) - y);
    for (uint32_t i = 0; i < height; ++i) {
      float* row = pixels_ + i * output_row_;
      steps_.activate(transform_activation_, row, uint64_t{width} * lanes_);
      steps_.transpose(row, width);
    }
    if (layout_.pools) {
      output += uint64_t{y / 2} * written_.width + x / 2;
      for (uint32_t o = 0; o < outputs; ++o, output += written_.plane())
        steps_.pool_rows(pixels_ + o * lanes_, output_row_, width, height, y % 2 != 0, output, written_.width);
      return;
    }
    const uint64_t at = uint64_t{y} * out_.width + x;
    for (uint32_t o = 0; o < outputs; ++o)
      steps_.store_rows(pixels_ + o * lanes_, output_row_, width, height,
                        added == nullptr ? nullptr : added + o * out_.plane() + at, site_.activation(),
                        output + o * out_.plane() + at, out_.width);
  }

  const WinogradSteps& steps_;
  const Site& site_;
  const WinogradLayout& layout_;
  WinogradSteps::TransformWeights transform_weights_;
  WinogradSteps::TransformSums transform_sums_;
  uint32_t seen_;               // pixels that a run of tiles sees beyond its own
  Picture in_, out_, written_;  // written: the same as out, or pooled
  Activation transform_activation_;
  uint32_t lanes_;
  uint64_t input_row_, output_row_;               // of pixels_
  uint64_t input_step_, weight_step_, sum_step_;  // from what one position has to the next one's
  float *inputs_, *weights_, *sums_;              // of all positions
  float *kernels_, *zeros_, *bias_;               // of expand(), of a strip, of a block
  float *unused_, *pixels_;                       // a vector, a run of tiles
  WinogradBand band_ = {};
  TileSet sets_[4] = {};  // of the positions without infinity; with it along x; along y; along both
};

}  // namespace

uint64_t winograd_units(const Site& site, uint32_t batch, const Prepared& prepared) {
  const WinogradLayout& layout = winograd_layout(prepared);
  return uint64_t{layout.groups} * layout.bands() * layout.output_blocks * site.output().dims[0] * batch;
}

void run_winograd(const WinogradSteps& steps, const Call& call, uint64_t unit_begin, uint64_t unit_end, void* scratch) {
  const WinogradLayout& layout = winograd_layout(*call.prepared);
  const uint64_t in_floats = layout.channels * Picture(call.site->input()).plane();
  const uint64_t out_floats = layout.outputs * Picture(call.site->written()).plane();
  Winograd winograd(steps, call, scratch);
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t block = static_cast<uint32_t>(unit % layout.output_blocks);
    const uint64_t band = unit / layout.output_blocks, group = band / layout.bands();  // of all samples
    if (block == 0 || unit == unit_begin)
      winograd.begin_band(static_cast<uint32_t>(band % layout.bands()), call.inputs[0] + group * in_floats);
    winograd.compute(static_cast<uint32_t>(group % layout.groups), block, call.outputs[0] + group * out_floats,
                     call.added == nullptr ? nullptr : call.added + group * out_floats);
  }
}

}  // namespace dcm
