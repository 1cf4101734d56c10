#include <limits>

#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/strided_view.h"

namespace dcm {
namespace {

// A unit is one element of the output.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

constexpr uint32_t kLanes = 4;  // independent chains for the CPU

// Folds count elements of x, step apart, into a number that stands for none of them yet.
template <typename F>
double fold(const float* x, uint64_t count, uint64_t step, double none, F&& f) {
  double lanes[kLanes] = {none, none, none, none};
  uint64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (uint32_t lane = 0; lane < kLanes; ++lane) lanes[lane] = f(lanes[lane], double{x[(i + lane) * step]});
  for (; i < count; ++i) lanes[0] = f(lanes[0], double{x[i * step]});
  return f(f(lanes[0], lanes[1]), f(lanes[2], lanes[3]));
}

// Sums of up to 2^31 terms are kept in double precision.
template <typename F>
void reduce_all(const Call& call, uint64_t begin, uint64_t end, double none, double scale, F&& f) {
  const Shape& input = call.site->input();
  const ReduceAttributes& reduce = call.site->op->attributes.reduce;
  StridedView kept, reduced;
  uint64_t count = 1;
  for (uint32_t i = 0; i < input.rank; ++i) {
    const uint64_t size = i == 0 ? uint64_t{input.dims[0]} * call.batch : input.dims[i];
    (reduce.reduces[i] ? reduced : kept).add_axis(size, axis_step(input, i));
    if (reduce.reduces[i]) count *= size;
  }
  float* y = call.outputs[0] + begin;
  kept.for_each_run(begin, end, [&](uint64_t position, uint64_t outputs, uint64_t step) {
    for (uint64_t i = 0; i < outputs; ++i) {
      const float* x = call.inputs[0] + position + i * step;
      double result = none;
      reduced.for_each_run(0, count, [&](uint64_t at, uint64_t run, uint64_t run_step) {
        result = f(result, fold(x + at, run, run_step, none, f));
      });
      *y++ = static_cast<float>(result * scale);
    }
  });
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const auto sum = [](double a, double b) { return a + b; };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (call.site->op->attributes.reduce.reduction) {
    case Reduction::kMean:
      return reduce_all(
          call, begin, end, 0.0,
          static_cast<double>(call.site->output().elements()) / static_cast<double>(call.site->input().elements()),
          sum);
    case Reduction::kSum:
      return reduce_all(call, begin, end, 0.0, 1.0, sum);
    case Reduction::kMax:
      return reduce_all(call, begin, end, -infinity, 1.0, [](double a, double b) { return b > a ? b : a; });
    case Reduction::kMin:
      return reduce_all(call, begin, end, infinity, 1.0, [](double a, double b) { return b < a ? b : a; });
  }
}

}  // namespace

const Kernel kReduceGeneric = {
    "reduce_generic", OpType::kReduce, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
