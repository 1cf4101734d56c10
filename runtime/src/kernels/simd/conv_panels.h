// Convolution over panels (kernels/panel_layout.h), for any instruction set: included below a header that defines Simd.
#pragma once

#include "core/unroll.h"
#include "kernels/simd/clamp.h"
#include "kernels/simd/fill_panel.h"
#include "kernels/simd/vectors.h"

namespace dcm {
namespace {

// Floats of a panel: 32 KB, which on the CPUs that were measured is a little better than less and than more.
constexpr uint32_t kPanelFloats = 8192;

// Where the sums of a row of the weight begin and end.
struct Ends {
  const float* from;  // partial sums; null: bias
  float bias;
  float* to;
  uint32_t to_step;    // from where one vector goes to where the next one does
  const Clamp* clamp;  // of the final sums; else null
  const float* added;  // to the final sums before that, in steps like those of `to`; else null
};

template <uint32_t kVectors>
inline void begin_sums(const Ends& ends, Simd::Vector* sums) {
  DCM_UNROLL
  for (uint32_t t = 0; t < kVectors; ++t)
    sums[t] = ends.from == nullptr ? Simd::spread(ends.bias) : Simd::load(ends.from + t * Simd::kLanes);
}
template <uint32_t kVectors>
inline void end_sums(const Ends& ends, Simd::Vector* sums) {
  if (ends.added != nullptr) {
    DCM_UNROLL
    for (uint32_t t = 0; t < kVectors; ++t) sums[t] = Simd::add(sums[t], Simd::load(ends.added + t * ends.to_step));
  }
  if (ends.clamp != nullptr) {
    DCM_UNROLL
    for (uint32_t t = 0; t < kVectors; ++t) sums[t] = Simd::clamp(sums[t], ends.clamp->low, ends.clamp->high);
  }
  DCM_UNROLL
  for (uint32_t t = 0; t < kVectors; ++t) Simd::store(ends.to + t * ends.to_step, sums[t]);
}

// The non-zeros of one row of the weight in one block.
struct SparseRun {
  const uint32_t *begin, *end;  // of PanelLayout::nonzeros()
  const float* codebook;
};

template <uint32_t kVectors>
void add_sparse(const SparseRun& run, const float* panel, const Ends& ends) {
  Simd::Vector sums[kVectors];
  begin_sums<kVectors>(ends, sums);
  for (const uint32_t* nonzero = run.begin; nonzero != run.end; ++nonzero) {
    const float* x = panel + uint64_t{*nonzero & 0xffffff} * Simd::kLanes;
    const Simd::Vector w = Simd::spread(run.codebook[*nonzero >> 24]);
    DCM_UNROLL
    for (uint32_t t = 0; t < kVectors; ++t) sums[t] = Simd::multiply_add(w, Simd::load(x + t * Simd::kLanes), sums[t]);
  }
  end_sums<kVectors>(ends, sums);
}

// Vectors of a strip: as many sums as there are registers, but for those that the weight and the input take.
constexpr uint32_t kSparseVectors = Simd::kRegisters == 32 ? 14 : 10;

using AddSparse = void (*)(const SparseRun&, const float*, const Ends&);
template <typename Sequence>
struct SparseAdders;
template <uint32_t... kVectors>
struct SparseAdders<std::integer_sequence<uint32_t, kVectors...>> {
  static constexpr AddSparse kTable[] = {add_sparse<kVectors + 1>...};  // for 1 vector, 2, ...
};

// How a tile's results reach the output plane.
struct TileOutput {
  uint32_t pitch, width;  // of a row of the tile; how many of its pixels there are in the plane
  uint64_t first, end;    // pixels of the tile's column of tiles: where it begins and where they end
  uint32_t plane_width;

  TileOutput(const PanelLayout& layout, const Picture& out, const TilePlace& place)
      : pitch(layout.pitch),
        width(out.width - place.left < pitch ? out.width - place.left : pitch),
        first(place.row * pitch + place.column),
        end(uint64_t{out.height} * pitch),
        plane_width(out.width) {}

  // Whether vectors can be stored where they belong.
  bool is_whole(uint32_t tile) const { return width == pitch && first + tile <= end; }
  // to: where row 0 of the tile begins. added: null, or what is added to each pixel before it is clamped, like `to`.
  void copy(const float* from, uint32_t tile, float* to, const float* added, const Clamp& clamp) const {
    const uint32_t count = first + tile <= end ? tile : static_cast<uint32_t>(end - first);
    uint32_t column = static_cast<uint32_t>(first % pitch);
    uint64_t row = 0;
    for (uint32_t done = 0; done < count; row += plane_width, column = 0) {
      const uint32_t run = count - done < pitch - column ? count - done : pitch - column;
      if (column < width) {
        const uint32_t kept = run < width - column ? run : width - column;
        const uint64_t at = row + column;
        if (added == nullptr)
          std::memcpy(to + at, from + done, kept * sizeof(float));
        else
          add_pixels(from + done, added + at, kept, clamp, to + at);
      }
      done += run;
    }
  }

 private:
  static void add_pixels(const float* a, const float* b, uint32_t count, const Clamp& clamp, float* to) {
    for_each_vector(count, [&](auto&& load, auto&& store) {
      store(to, Simd::clamp(Simd::add(load(a), load(b)), clamp.low, clamp.high));
    });
  }
};

// Rows of the weight that share the loads of a panel's vectors, and the vectors of a strip.
constexpr uint32_t kDenseRows = 3, kDenseVectors = Simd::kRegisters == 32 ? 8 : 4;

template <uint32_t kVectors, uint32_t kRows>
void add_dense(const float* const* values, uint32_t columns, const float* panel, const uint32_t* offsets,
               const Ends* ends) {
  Simd::Vector sums[kRows][kVectors];
  DCM_UNROLL
  for (uint32_t r = 0; r < kRows; ++r) begin_sums<kVectors>(ends[r], sums[r]);
  for (uint32_t i = 0; i < columns; ++i) {
    const float* x = panel + offsets[i];
    Simd::Vector w[kRows];
    DCM_UNROLL
    for (uint32_t r = 0; r < kRows; ++r) w[r] = Simd::spread(values[r][i]);
    DCM_UNROLL
    for (uint32_t t = 0; t < kVectors; ++t) {
      const Simd::Vector v = Simd::load(x + t * Simd::kLanes);
      DCM_UNROLL
      for (uint32_t r = 0; r < kRows; ++r) sums[r][t] = Simd::multiply_add(w[r], v, sums[r][t]);
    }
  }
  DCM_UNROLL
  for (uint32_t r = 0; r < kRows; ++r) end_sums<kVectors>(ends[r], sums[r]);
}

using AddDense = void (*)(const float* const*, uint32_t, const float*, const uint32_t*, const Ends*);
template <typename Sequence>
struct DenseAdders;
template <uint32_t... kVectors>
struct DenseAdders<std::integer_sequence<uint32_t, kVectors...>> {
  static constexpr AddDense kTable[] = {add_dense<kVectors + 1, kDenseRows>...};  // for 1 vector, 2, ...
};

// One block of the weight's rows times one panel.
struct Block {
  const PanelLayout* layout;
  const Weight* weight;
  const float* panel;
  uint32_t index;         // of the block
  uint32_t columns;       // of the weight in it
  uint64_t row;           // of the weight, the first
  uint32_t count;         // rows
  uint64_t output_block;  // the first, through all groups
  const float* all;       // values of the weight; null: as its codes say
  float* values;          // then room for kDenseRows rows of the block
  uint32_t strip_floats;
};

// Where the sums of the rows of a block begin and end, in a tile.
struct TileEnds {
  float* sums;  // of the tile
  float* out;   // of the tile's first pixel, in the plane of row 0
  uint64_t out_plane;
  uint32_t out_step;  // from one vector to the next
  uint32_t tile, count;
  const float* bias;  // null: 0
  bool first_block, in_place;
  const Clamp* clamp;
  const float* added;  // like out, where sums end in place; else null

  // Of row i, strip floats into the tile. Rows beyond the last one, which a dense product has, end in sums of their
  // own.
  Ends operator()(uint32_t i, uint32_t strip) const {
    float* own = sums + i * tile + strip;
    if (i >= count) return {nullptr, 0, own, Simd::kLanes, nullptr, nullptr};
    const uint64_t there = i * out_plane + uint64_t{strip / Simd::kLanes} * out_step;
    return {first_block ? nullptr : own,
            bias == nullptr ? 0.0f : bias[i],
            in_place ? out + there : own,
            in_place ? out_step : Simd::kLanes,
            clamp,
            added == nullptr ? nullptr : added + there};
  }
};

class SparseProduct {
 public:
  static constexpr WeightForm kForm = WeightForm::kSparse;
  static constexpr uint32_t kVectors = kSparseVectors;

  static void multiply(const Block& block, const TileEnds& ends) {
    const PanelLayout& layout = *block.layout;
    using Adders = SparseAdders<std::make_integer_sequence<uint32_t, kVectors>>;
    const AddSparse add = Adders::kTable[layout.strip_vectors - 1];
    uint64_t output_block = block.output_block;
    for (uint32_t first = 0; first < block.count; first += layout.block_outputs, ++output_block) {
      const uint32_t left = block.count - first, rows = left < layout.block_outputs ? left : layout.block_outputs;
      const RowRun* row = layout.runs(block.row + first, rows, block.index);
      const uint32_t* nonzero = layout.nonzeros() + layout.begins(output_block)[block.index];
      for (const RowRun* end = row + rows; row != end; nonzero += row++->count) {
        const SparseRun run = {nonzero, nonzero + row->count, block.weight->codebook.data()};
        for (uint32_t strip = 0; strip < layout.tile; strip += block.strip_floats)
          add(run, block.panel + strip, ends(first + row->row, strip));
      }
    }
  }
};

// Weights that share centroids are looked up once a call if they are this few, 256 KB, else for each tile.
constexpr uint64_t kMostExpanded = uint64_t{1} << 16;

class FullProduct {
 public:
  static constexpr uint32_t kVectors = kDenseVectors;

  static void multiply(const Block& block, const TileEnds& ends) {
    const PanelLayout& layout = *block.layout;
    using Adders = DenseAdders<std::make_integer_sequence<uint32_t, kVectors>>;
    const AddDense add = Adders::kTable[layout.strip_vectors - 1];
    for (uint32_t i = 0; i < block.count; i += kDenseRows) {
      const uint32_t rows = block.count - i < kDenseRows ? block.count - i : kDenseRows;
      const float* values[kDenseRows];
      for (uint32_t r = 0; r < kDenseRows; ++r) {  // beyond the last row: the first one again
        const uint64_t first =
            (block.row + i + (r < rows ? r : 0)) * block.weight->columns + uint64_t{block.index} * layout.block_columns;
        values[r] = block.all != nullptr ? block.all + first
                                         : look_up(*block.weight, first, block.columns,
                                                   block.values + uint64_t{r} * layout.block_columns);
      }
      for (uint32_t strip = 0; strip < layout.tile; strip += block.strip_floats) {
        Ends of_rows[kDenseRows] = {};
        for (uint32_t r = 0; r < kDenseRows; ++r) of_rows[r] = ends(i + r, strip);
        add(values, block.columns, block.panel + strip, layout.offsets(), of_rows);
      }
    }
  }

  // Of a weight that shares centroids: returns values.
  static const float* look_up(const Weight& weight, uint64_t first, uint64_t count, float* values) {
    const uint8_t* codes = weight.codes.data() + first;
    const float* codebook = weight.codebook.data();
    for (uint64_t i = 0; i < count; ++i) values[i] = codebook[codes[i]];
    return values;
  }
};

template <WeightForm form>
struct DenseProduct : FullProduct {
  static constexpr WeightForm kForm = form;
};

// Whether every output plane is made of one input plane, which is work for other kernels (conv_depthwise.h).
bool is_depthwise(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  return Picture(site.input()).channels == convolution.groups && site.weight().columns > 1;
}

template <typename Product>
constexpr PanelLimits kLimits = {Simd::kLanes, Product::kVectors, kPanelFloats};

template <typename Product>
bool supports(const Site& site) {
  return !is_depthwise(site) && fits_panels(site, kLimits<Product>) &&
         site.weight().row_segments <= 1;  // columns of 16 bits say all
}

template <typename Product>
KernelWork work(const Site& site) {
  return panel_work(site, kLimits<Product>);
}

template <typename Product>
Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_panels(site, kLimits<Product>, budget, prepared);
}

// A unit is a tile of one group of one sample, for a part of the group's outputs.
uint64_t units(const Site& site, uint32_t batch, const Prepared& prepared) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  return panel_layout(prepared).units() * convolution.groups * site.output().dims[0] * batch;
}

// Of the tile's sums: rows are computed kDenseRows at a time, even beyond the last one.
uint64_t sums_floats(const PanelLayout& layout) {
  return (uint64_t{layout.block_outputs} * layout.joined_blocks + kDenseRows - 1) * layout.tile;
}

// A panel, the sums, the window, weights.
uint64_t scratch(const Site& site, const Prepared& prepared) {
  const PanelLayout& layout = panel_layout(prepared);
  const Weight& weight = site.weight();
  uint64_t weights = 0;
  if (weight.form == WeightForm::kDenseShared)
    weights = weight.elements() <= kMostExpanded ? weight.elements() : uint64_t{kDenseRows} * layout.block_columns;
  return (layout.panel_floats(Simd::kLanes) + sums_floats(layout) + layout.window_floats() + Simd::kLanes + weights) *
         sizeof(float);
}

using Multiply = void (*)(const Block&, const TileEnds&);

void run_panels(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory, Multiply multiply) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const PanelLayout& layout = panel_layout(*call.prepared);
  const Activation activation = site.activation();
  const Picture in = layout.flat(Picture(site.input())), out = layout.flat(Picture(site.output()));
  const uint32_t channels = in.channels / convolution.groups;
  const float* bias = site.dense(kBias);
  float* panel = static_cast<float*>(memory);
  float* sums = panel + layout.panel_floats(Simd::kLanes);
  float* window = sums + sums_floats(layout);
  float* values = window + layout.window_floats() + Simd::kLanes;
  const Weight& weight = site.weight();
  const float* all = weight.form == WeightForm::kDense ? weight.values.data() : nullptr;
  if (weight.form == WeightForm::kDenseShared && weight.elements() <= kMostExpanded)
    all = FullProduct::look_up(weight, 0, weight.elements(), values);
  const uint32_t strip_floats = layout.strip_vectors * Simd::kLanes;
  const Clamp clamp = clamp_of(activation);

  uint32_t blocks = 1;  // of outputs: those of one tile share its panels
  for (uint64_t unit = unit_begin; unit < unit_end; unit += blocks) {
    const uint32_t output_block = static_cast<uint32_t>(unit % layout.output_blocks);
    blocks = layout.output_blocks - output_block;
    if (blocks > layout.joined_blocks) blocks = layout.joined_blocks;
    if (unit_end - unit < blocks) blocks = static_cast<uint32_t>(unit_end - unit);
    const uint32_t tile = static_cast<uint32_t>(unit / layout.output_blocks % layout.tiles());
    const uint64_t group = unit / layout.units();  // of all groups of all samples
    const uint32_t first_output = output_block * layout.block_outputs;
    const uint32_t left = layout.group_outputs - first_output, most = blocks * layout.block_outputs;
    const uint64_t row = group % convolution.groups * layout.group_outputs + first_output;
    const float* input = call.inputs[0] + group * channels * in.plane();
    const uint64_t first_plane = (group * layout.group_outputs + first_output) * out.plane();
    const TilePlace place(layout, tile);
    const TileOutput results(layout, out, place);
    const bool in_place = is_clamp(activation) && results.is_whole(layout.tile);
    const uint64_t first_pixel = first_plane + place.row * out.width + place.left;  // where row 0 of the tile begins
    float* corner = call.outputs[0] + first_pixel;
    const float* added = call.added == nullptr ? nullptr : call.added + first_pixel;
    // Vectors of a tile that is one wide lie below each other, else in a row.
    const uint32_t step = layout.shares_rows ? out.width : Simd::kLanes;
    Block block = {&layout,
                   &weight,
                   panel,
                   0,
                   0,
                   row,
                   left < most ? left : most,
                   group % convolution.groups * layout.output_blocks + output_block,
                   all,
                   values,
                   strip_floats};

    const PanelFiller filler(layout, convolution, in, place, window);
    for (; block.index < layout.blocks; ++block.index) {
      const uint32_t first = block.index * layout.block_channels;
      const uint32_t count = channels - first < layout.block_channels ? channels - first : layout.block_channels;
      block.columns = count * layout.kernel_area;
      const bool last = block.index + 1 == layout.blocks;
      filler.fill(input, first, count, panel);
      const bool clamps = last && activation != Activation::kNone && is_clamp(activation) &&
                          (added == nullptr || in_place);  // else when they are copied
      multiply(block,
               {sums, corner + place.column, out.plane(), step, layout.tile, block.count,
                bias == nullptr ? nullptr : bias + row, block.index == 0, last && in_place, clamps ? &clamp : nullptr,
                last && in_place && added != nullptr ? added + place.column : nullptr});
    }
    if (in_place) continue;
    for (uint32_t i = 0; i < block.count; ++i) {
      float* own = sums + i * layout.tile;
      if (!is_clamp(activation)) activate<Simd::kIsa>(activation, own, layout.tile);
      results.copy(own, layout.tile, corner + i * out.plane(), added == nullptr ? nullptr : added + i * out.plane(),
                   clamp);
    }
  }
}

template <typename Product>
void run(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  run_panels(call, unit_begin, unit_end, memory, Product::multiply);
}

template <typename Product>
constexpr Kernel conv_kernel(const char* name, OpType op) {
  return {name,
          op,
          Product::kForm,
          Simd::kIsa,
          supports<Product>,
          prepare<Product>,
          units,
          run<Product>,
          scratch,
          nullptr,
          Product::kForm == WeightForm::kSparse,
          work<Product>,
          adds_and_clamps};
}

}  // namespace
}  // namespace dcm
