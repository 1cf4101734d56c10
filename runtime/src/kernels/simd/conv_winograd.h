// Dense convolution by Winograd's minimal filtering (kernels/winograd_layout.h), for any instruction set: included
// below a header that defines Simd.
#pragma once

#include "kernels/simd/conv_panels.h"
#include "kernels/simd/transpose.h"
#include "kernels/simd/winograd_transforms.h"

namespace dcm {
namespace {

// The sums of a strip are in registers, tiles x vectors of outputs, beside the weights of those and an input.
constexpr uint32_t kWinogradVectors = Simd::kLanes == 4 ? 4 : 2;
constexpr uint32_t kMostStripTiles = (Simd::kRegisters - 1) / kWinogradVectors - 1;

// sums[tile][output] = before[tile][output] + sum over channels of inputs * weights. inputs: for each vector of
// channels, kTiles vectors; weights: [channel][output].
template <uint32_t kTiles>
void multiply_strip(const float* inputs, const float* weights, uint32_t channels, const float* before, float* sums) {
  constexpr uint32_t kVectors = kWinogradVectors, kLanes = Simd::kLanes;
  static_assert(kTiles <= kMostStripTiles);
  Simd::Vector s[kTiles][kVectors];
  DCM_UNROLL
  for (uint32_t t = 0; t < kTiles; ++t) {
    DCM_UNROLL
    for (uint32_t v = 0; v < kVectors; ++v) s[t][v] = Simd::load(before + (t * kVectors + v) * kLanes);
  }
  for (; channels > 0; inputs += kTiles * kLanes) {
    const uint32_t count = channels < kLanes ? channels : kLanes;
    channels -= count;
    for (uint32_t i = 0; i < count; ++i, weights += kVectors * kLanes) {
      Simd::Vector w[kVectors];
      DCM_UNROLL
      for (uint32_t v = 0; v < kVectors; ++v) w[v] = Simd::load(weights + v * kLanes);
      DCM_UNROLL
      for (uint32_t t = 0; t < kTiles; ++t) {
        const Simd::Vector x = Simd::spread(inputs[t * kLanes + i]);
        DCM_UNROLL
        for (uint32_t v = 0; v < kVectors; ++v) s[t][v] = Simd::multiply_add(w[v], x, s[t][v]);
      }
    }
  }
  DCM_UNROLL
  for (uint32_t t = 0; t < kTiles; ++t) {
    DCM_UNROLL
    for (uint32_t v = 0; v < kVectors; ++v) Simd::store(sums + (t * kVectors + v) * kLanes, s[t][v]);
  }
}

using MultiplyStrip = void (*)(const float*, const float*, uint32_t, const float*, float*);
template <uint8_t... kTiles>
struct Strips {
  static constexpr uint8_t kTable[] = {kTiles...};
  static constexpr MultiplyStrip kMultiply[] = {multiply_strip<kTiles>...};
};
using WinogradStrips = std::conditional_t<Simd::kLanes == 16, Strips<14, 13, 12, 10, 9, 8>, Strips<6, 5, 4>>;
constexpr WinogradLimits kWinogradLimits = {Simd::kLanes, kWinogradVectors * Simd::kLanes, WinogradStrips::kTable,
                                            sizeof WinogradStrips::kTable};

// A run of tiles within a row of tiles.
struct TileRun {
  uint32_t row, column, count;
  uint32_t index;  // of the first, in the band

  // From tile `first` of the plane on; the band has tiles begin .. end - 1.
  TileRun(const WinogradLayout& layout, uint32_t first, uint32_t begin, uint32_t end, uint32_t most)
      : row(first / layout.tile_columns), column(first % layout.tile_columns), index(first - begin) {
    count = layout.tile_columns - column;
    if (count > most) count = most;
    if (count > end - first) count = end - first;
  }
};

// Of a vector of pixels, those that lie in the picture.
struct ExistingPixels {
  uint32_t begin, end;

  // width: of the picture; x: of the first pixel, perhaps before it or behind.
  ExistingPixels(uint32_t width, int64_t x)
      : begin(static_cast<uint32_t>(x >= 0        ? 0
                                    : -x < kLanes ? -x
                                                  : kLanes)),
        end(static_cast<uint32_t>(width - x > kLanes  ? kLanes
                                  : width - x > begin ? width - x
                                                      : begin)) {}

  // The others are 0.
  Simd::Vector load(const float* from) const {
    if (end - begin == Simd::kLanes) return Simd::load(from);
    return begin == end ? Simd::spread(0.0f) : Simd::load_range(from, begin, end);
  }

 private:
  static constexpr int64_t kLanes = Simd::kLanes;
};

// Rows and columns of each square of pixels x kLanes exchanged.
void transpose_run(float* pixels, uint32_t count) {
  for (uint32_t x = 0; x < count; x += Simd::kLanes, pixels += Simd::kLanes * Simd::kLanes) {
    Simd::Vector rows[Simd::kLanes];
    DCM_UNROLL
    for (uint32_t k = 0; k < Simd::kLanes; ++k) rows[k] = Simd::load(pixels + k * Simd::kLanes);
    transpose(rows);
    DCM_UNROLL
    for (uint32_t k = 0; k < Simd::kLanes; ++k) Simd::store(pixels + k * Simd::kLanes, rows[k]);
  }
}

class Winograd {
 public:
  Winograd(const Call& call, void* memory)
      : site_(*call.site),
        layout_(winograd_layout(*call.prepared)),
        transforms_(layout_.tile == 5 ? kWinogradTransforms<5> : kWinogradTransforms<6>),
        in_(site_.input()),
        out_(site_.output()),
        input_step_(layout_.input_step(kLanes)),
        weight_step_(layout_.weight_step(kLanes)),
        sum_step_(layout_.sum_step(kLanes)),
        inputs_(static_cast<float*>(memory)),
        weights_(inputs_ + layout_.positions() * input_step_),
        sums_(weights_ + layout_.positions() * weight_step_),
        kernels_(sums_ + layout_.positions() * sum_step_),
        zeros_(kernels_ + kExpanded * kTaps * kOutputs),
        pixels_(zeros_ + layout_.strip_tiles * layout_.block_outputs) {
    std::memset(zeros_, 0, layout_.strip_tiles * layout_.block_outputs * sizeof(float));
  }

  // Transforms what the tiles of the band see. input: the sample's.
  void begin_band(uint32_t band, const float* input) {
    const uint32_t begin = layout_.first_strip(band), end = layout_.first_strip(band + 1);
    strips_ = end - begin;
    begin_ = begin * layout_.strip_tiles;
    end_ = end * layout_.strip_tiles < layout_.tiles ? end * layout_.strip_tiles : layout_.tiles;
    const uint32_t most = (kInputPixels - 2) / layout_.tile;
    for (uint32_t first = begin_; first < end_;) {
      const TileRun run(layout_, first, begin_, end_, most);
      for (uint32_t channel = 0; channel < in_.channels; channel += kLanes) {
        load_run(input + channel * in_.plane(), in_.channels - channel, run);
        transform_run(channel, run);
      }
      first += run.count;
    }
  }

  // Outputs block * block_outputs and on, of all tiles of the band. output: the sample's.
  void compute(uint32_t block, float* output) {
    const uint32_t first_output = block * layout_.block_outputs;
    for (uint32_t channel = 0; channel < in_.channels; channel += layout_.block_channels) {
      const uint32_t left = in_.channels - channel;
      const uint32_t count = left < layout_.block_channels ? left : layout_.block_channels;
      for (uint32_t o = 0; o < layout_.block_outputs; o += kOutputs)
        transform_kernels(first_output + o, channel, count, weights_ + o);
      multiply(channel, count);
    }
    const uint32_t most = kOutputPixels / layout_.tile;
    for (uint32_t first = begin_; first < end_;) {
      const TileRun run(layout_, first, begin_, end_, most);
      for (uint32_t o = 0; o < layout_.block_outputs && first_output + o < out_.channels; o += kLanes)
        end_run(run, first_output + o, sums_ + uint64_t{run.index} * layout_.block_outputs + o, output);
      first += run.count;
    }
  }

 private:
  static constexpr uint32_t kLanes = Simd::kLanes;
  static constexpr uint32_t kOutputs = WinogradLayout::kOutputs, kTaps = WinogradLayout::kTaps;
  static constexpr uint32_t kExpanded = WinogradLayout::kExpanded;
  static constexpr uint32_t kInputPixels = WinogradLayout::kInputPixels, kOutputPixels = WinogradLayout::kOutputPixels;
  static constexpr uint64_t kInputRow = uint64_t{kInputPixels} * kLanes, kOutputRow = uint64_t{kOutputPixels} * kLanes;

  // What the run's tiles see of kLanes planes, of which `planes` exist, pixel by pixel. One plane is read after the
  // other: the same rows of all may fall on the same lines of a cache.
  void load_run(const float* input, uint32_t planes, const TileRun& run) {
    const ConvolutionAttributes& convolution = site_.op->attributes.convolution;
    const int64_t left = int64_t{run.column} * layout_.tile - convolution.x.pad_before;
    const uint32_t used = run.count * layout_.tile + 2, first_row = run.row * layout_.tile - convolution.y.pad_before;
    const bool more = run.column + run.count < layout_.tile_columns;
    for (uint32_t c = 0; c < kLanes; ++c, input += in_.plane())
      for (uint32_t i = 0; i < layout_.side(); ++i) {
        float* to = pixels_ + i * kInputRow + c * kLanes;
        const bool exists = c < planes && first_row + i < in_.height;
        const float* row = exists ? input + uint64_t{first_row + i} * in_.width : nullptr;
        for (uint32_t x = 0; x < used; x += kLanes) {
          const ExistingPixels pixels(exists ? in_.width : 0, left + x);
          Simd::store(to + x * kLanes, pixels.load(row + left + x));
        }
        if (!more) continue;
        __builtin_prefetch(row + left + kInputPixels);  // of the next run
        __builtin_prefetch(row + left + kInputPixels + 16);
      }
    for (uint32_t i = 0; i < layout_.side(); ++i) transpose_run(pixels_ + i * kInputRow, used);
  }

  void transform_run(uint32_t channel, const TileRun& run) {
    const uint32_t used = run.count * layout_.tile + 2;
    for (uint32_t x = 0; x < used; ++x)
      transforms_.inputs(pixels_ + x * kLanes, kInputRow, pixels_ + x * kLanes, kInputRow);
    for (uint32_t t = 0; t < run.count; ++t) {
      const uint32_t strip = (run.index + t) / layout_.strip_tiles, in_strip = (run.index + t) % layout_.strip_tiles;
      float* to = inputs_ + uint64_t{strip} * layout_.strip_tiles * layout_.padded_channels +
                  uint64_t{channel} * layout_.strip_tiles + in_strip * kLanes;
      for (uint32_t i = 0; i < layout_.side(); ++i)
        transforms_.inputs(pixels_ + i * kInputRow + t * layout_.tile * kLanes, kLanes,
                           to + i * layout_.side() * input_step_, input_step_);
    }
  }

  // Transforms the weights of kOutputs outputs in so many channels.
  void transform_kernels(uint32_t output, uint32_t channel, uint32_t count, float* to) {
    for (uint32_t done = 0; done < count; done += kExpanded) {
      const uint32_t now = count - done < kExpanded ? count - done : kExpanded;
      layout_.expand(site_.weight(), output, channel + done, now, kernels_);
      for (uint32_t c = 0; c < now; ++c, to += layout_.block_outputs)
        for (uint32_t v = 0; v < kOutputs; v += kLanes)
          transforms_.weights(kernels_ + c * kTaps * kOutputs + v, kOutputs, to + v, weight_step_);
    }
  }

  void multiply(uint32_t channel, uint32_t count) {
    const MultiplyStrip multiply_strip = WinogradStrips::kMultiply[layout_.strip_kind];
    const uint64_t strip_inputs = uint64_t{layout_.strip_tiles} * layout_.padded_channels;
    const uint64_t strip_sums = uint64_t{layout_.strip_tiles} * layout_.block_outputs;
    for (uint32_t p = 0; p < layout_.positions(); ++p) {
      const float* inputs = inputs_ + p * input_step_ + uint64_t{channel} * layout_.strip_tiles;
      float* sums = sums_ + p * sum_step_;
      for (uint32_t strip = 0; strip < strips_; ++strip, inputs += strip_inputs, sums += strip_sums)
        multiply_strip(inputs, weights_ + p * weight_step_, count, channel == 0 ? zeros_ : sums, sums);
    }
  }

  // kLanes outputs of the run's tiles.
  void end_run(const TileRun& run, uint32_t first_output, const float* sums, float* output) {
    const Activation activation = site_.op->activation;
    const Clamp clamp = clamp_of(activation);
    const uint32_t outputs = out_.channels - first_output < kLanes ? out_.channels - first_output : kLanes;
    const float* bias = site_.dense(kBias);
    WinogradEnd end = {Simd::spread(0.0f), clamp.low, clamp.high};
    if (bias != nullptr)
      end.bias = outputs == kLanes ? Simd::load(bias + first_output) : Simd::load_first(bias + first_output, outputs);
    for (uint32_t t = 0; t < run.count; ++t, sums += layout_.block_outputs)
      transforms_.sums(sums, sum_step_, end, pixels_ + t * layout_.tile * kLanes, kOutputRow);
    const uint32_t x = run.column * layout_.tile, y = run.row * layout_.tile, all = run.count * layout_.tile;
    const uint32_t width = out_.width - x < all ? out_.width - x : all;
    const uint32_t height = out_.height - y < layout_.tile ? out_.height - y : layout_.tile;
    for (uint32_t i = 0; i < height; ++i) {
      float* row = pixels_ + i * kOutputRow;
      if (!is_clamp(activation)) activate<Simd::kIsa>(activation, row, uint64_t{width} * kLanes);
      transpose_run(row, width);
    }
    for (uint32_t o = 0; o < outputs; ++o)
      for (uint32_t i = 0; i < height; ++i) {
        const float* from = pixels_ + i * kOutputRow + o * kLanes;
        float* to = output + (first_output + o) * out_.plane() + uint64_t{y + i} * out_.width + x;
        uint32_t done = 0;
        for (; done + kLanes <= width; done += kLanes) Simd::store(to + done, Simd::load(from + done * kLanes));
        if (done < width) Simd::store_first(to + done, Simd::load(from + done * kLanes), width - done);
      }
  }

  const Site& site_;
  const WinogradLayout& layout_;
  const WinogradTransforms& transforms_;
  Picture in_, out_;
  uint64_t input_step_, weight_step_, sum_step_;  // from what one position has to the next one's
  float *inputs_, *weights_, *sums_;              // of all positions
  float *kernels_, *zeros_, *pixels_;             // of expand(); of a strip; of a run of tiles
  uint32_t begin_ = 0, end_ = 0, strips_ = 0;     // tiles and strips of the band
};

bool supports_winograd(const Site& site) {
  return fits_winograd(site, kWinogradLimits) && winograd_is_faster(site, kWinogradLimits);
}

Status prepare_winograd(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_winograd(site, kWinogradLimits, budget, prepared);
}

// A unit is a block of outputs of a band of a sample.
uint64_t winograd_units(const Site& site, uint32_t batch, const Prepared& prepared) {
  const WinogradLayout& layout = winograd_layout(prepared);
  return uint64_t{layout.bands} * layout.output_blocks * site.output().dims[0] * batch;
}

uint64_t winograd_scratch(const Site&, const Prepared& prepared) {
  return winograd_layout(prepared).scratch_floats(Simd::kLanes) * sizeof(float);
}

void run_winograd(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const WinogradLayout& layout = winograd_layout(*call.prepared);
  const Shape &in = call.site->input(), &out = call.site->output();
  const uint64_t in_floats = in.product(1, in.rank), out_floats = out.product(1, out.rank);
  Winograd winograd(call, memory);
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t block = static_cast<uint32_t>(unit % layout.output_blocks);
    const uint64_t band = unit / layout.output_blocks, sample = band / layout.bands;
    if (block == 0 || unit == unit_begin)
      winograd.begin_band(static_cast<uint32_t>(band % layout.bands), call.inputs[0] + sample * in_floats);
    winograd.compute(block, call.outputs[0] + sample * out_floats);
  }
}

constexpr Kernel winograd_kernel(const char* name, WeightForm form) {
  return {name,
          OpType::kConv2d,
          form,
          Simd::kIsa,
          supports_winograd,
          prepare_winograd,
          winograd_units,
          run_winograd,
          winograd_scratch,
          nullptr,
          form != WeightForm::kDense};
}

}  // namespace
}  // namespace dcm
