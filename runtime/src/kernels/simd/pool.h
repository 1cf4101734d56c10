// Pools of windows for any instruction set: included below a header that defines Simd.
//
// A row of windows is joined column by column into a row as wide as the padded input, and that one along itself. The
// padding in it never changes, so there is no branch for a tap.
#pragma once

namespace dcm {
namespace {

constexpr uint64_t whole_vectors(uint64_t elements) {
  return (elements + Simd::kLanes - 1) / Simd::kLanes * Simd::kLanes;
}

struct LargestOf {
  static constexpr float kNone = -__builtin_inff();
  static Simd::Vector join(Simd::Vector a, Simd::Vector b) { return Simd::larger(a, b); }
};
struct SumOf {
  static constexpr float kNone = 0.0f;
  static Simd::Vector join(Simd::Vector a, Simd::Vector b) { return Simd::add(a, b); }
};

// The floats of the row that windows are joined into: vectors that begin at the last window read past its end.
uint64_t row_floats(const WindowAxis& x, uint64_t in_width, uint64_t out_width) {
  const uint64_t read = whole_vectors(out_width) * x.stride + x.extent(), written = x.pad_before + in_width;
  return whole_vectors(read > written ? read : written);
}

// row[i] = the join of count elements of column i of the input, `step` apart.
template <typename Pool>
void join_columns(const float* input, uint64_t count, uint64_t step, uint64_t width, float* row) {
  uint64_t i = 0;
  for (; i + Simd::kLanes <= width; i += Simd::kLanes) {
    Simd::Vector joined = Simd::load(input + i);
    for (uint64_t k = 1; k < count; ++k) joined = Pool::join(joined, Simd::load(input + i + k * step));
    Simd::store(row + i, joined);
  }
  const uint32_t left = static_cast<uint32_t>(width - i);
  if (left == 0) return;
  Simd::Vector joined = Simd::load_first(input + i, left);
  for (uint64_t k = 1; k < count; ++k) joined = Pool::join(joined, Simd::load_first(input + i + k * step, left));
  Simd::store_first(row + i, joined, left);
}

// Elements 0, stride, 2 stride, ...
inline Simd::Vector load_strided(const float* p, uint32_t stride) {
  if (stride == 1) return Simd::load(p);
  if (stride == 2) return Simd::even(Simd::load(p), Simd::load(p + Simd::kLanes));
  float lanes[Simd::kLanes];
  for (uint32_t lane = 0; lane < Simd::kLanes; ++lane) lanes[lane] = p[uint64_t{lane} * stride];
  return Simd::load(lanes);
}

// The windows that begin at elements o * stride of the row, for o .. o + kLanes - 1.
template <typename Pool>
inline Simd::Vector join_row(const float* row, const WindowAxis& x, uint64_t o) {
  const float* p = row + o * x.stride;
  Simd::Vector joined = load_strided(p, x.stride);
  for (uint32_t k = 1; k < x.kernel; ++k) joined = Pool::join(joined, load_strided(p + k * x.dilation, x.stride));
  return joined;
}

// Pools planes begin .. end - 1; finish(sums, oy, ox) makes results of what the windows from ox on hold.
template <typename Pool, typename Finish>
void pool_planes(const Call& call, const WindowAxis& y, const WindowAxis& x, uint64_t begin, uint64_t end, float* row,
                 Finish&& finish) {
  const uint64_t in_height = call.site->input().dims[2], in_width = call.site->input().dims[3];
  const uint64_t out_height = call.site->output().dims[2], out_width = call.site->output().dims[3];
  const uint64_t floats = row_floats(x, in_width, out_width);
  for (uint64_t i = 0; i < floats; ++i) row[i] = Pool::kNone;
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.outputs[0] + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy, output += out_width) {
      const WindowElements rows = window_elements(y, oy, in_height);
      join_columns<Pool>(input + rows.first * in_width, rows.count, y.dilation * in_width, in_width,
                         row + x.pad_before);
      uint64_t ox = 0;
      for (; ox + Simd::kLanes <= out_width; ox += Simd::kLanes)
        Simd::store(output + ox, finish(join_row<Pool>(row, x, ox), oy, ox));
      const uint32_t left = static_cast<uint32_t>(out_width - ox);
      if (left > 0) Simd::store_first(output + ox, finish(join_row<Pool>(row, x, ox), oy, ox), left);
    }
  }
}

// A unit is one output plane.
uint64_t plane_units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

uint64_t max_pool_scratch(const Site& site, const Prepared&) {
  return row_floats(site.op->attributes.max_pool2d.x, site.input().dims[3], site.output().dims[3]) * sizeof(float);
}

struct LargestItself {
  Simd::Vector operator()(Simd::Vector largest, uint64_t, uint64_t) const { return largest; }
};

void run_max_pool(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  const MaxPool2dAttributes& pool = call.site->op->attributes.max_pool2d;
  pool_planes<LargestOf>(call, pool.y, pool.x, begin, end, static_cast<float*>(scratch), LargestItself());
}

// Windows of so many elements that a sum in single precision would lose digits are left to others.
bool sums_few(const Site& site) {
  const AveragePool2dAttributes& pool = site.op->attributes.average_pool2d;
  return uint64_t{pool.y.kernel} * pool.x.kernel <= 256;
}

// A row, then a divisor for each window of a row.
uint64_t average_pool_scratch(const Site& site, const Prepared&) {
  const uint64_t out_width = site.output().dims[3];
  return (row_floats(site.op->attributes.average_pool2d.x, site.input().dims[3], out_width) +
          whole_vectors(out_width)) *
         sizeof(float);
}

void run_average_pool(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  const AveragePool2dAttributes& pool = call.site->op->attributes.average_pool2d;
  const uint64_t in_height = call.site->input().dims[2], in_width = call.site->input().dims[3];
  const uint64_t out_width = call.site->output().dims[3];
  float* row = static_cast<float*>(scratch);
  float* divisors = row + row_floats(pool.x, in_width, out_width);
  const auto count = [&](const WindowAxis& window, uint64_t o, uint64_t inputs) {
    return pool.count_include_pad ? padded_count(window, o, inputs) : window_elements(window, o, inputs).count;
  };
  for (uint64_t o = 0; o < whole_vectors(out_width); ++o)
    divisors[o] = o >= out_width      ? 1.0f
                  : pool.divisor != 0 ? static_cast<float>(pool.divisor)
                                      : static_cast<float>(count(pool.x, o, in_width));
  pool_planes<SumOf>(call, pool.y, pool.x, begin, end, row, [&](Simd::Vector sums, uint64_t oy, uint64_t ox) {
    const float rows = pool.divisor != 0 ? 1.0f : static_cast<float>(count(pool.y, oy, in_height));
    return Simd::divide(sums, Simd::multiply(Simd::spread(rows), Simd::load(divisors + ox)));
  });
}

}  // namespace
}  // namespace dcm
