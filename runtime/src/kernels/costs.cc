#include "kernels/costs.h"

#include "core/cpu_features.h"

namespace dcm {
namespace {

using Costs = double[kWorkAmounts];

// In the order of WorkKind. CPUs differ most in what AVX-512 gains them (CpuFeatures::whole_avx512): there are costs of
// one core of a Zen 4, by which plans lost 1.5 % against the best choices for 90 layers, and of one of an Emerald
// Rapids.
constexpr Costs kAvx512[kWorkKinds] = {{0.3635, 0.4255, 0.9634, 0, 1.353},
                                       {0.2516, 0.1458, 1.983, 0, 3.029},
                                       {0.3394, 1.171},
                                       {2.436, 1.504},
                                       {0.3385, 0, 5.144, 0.4738, 0.3286}};
constexpr Costs kAvx2[kWorkKinds] = {{0.2215, 0, 0.5515, 2.347, 0.7451},
                                     {0.1268, 0.07904, 1.418, 0, 1.679},
                                     {0.3337, 1.229},
                                     {},
                                     {0.163, 0.01083, 2.931, 0.495, 0.3503}};
constexpr Costs kWholeAvx512[kWorkKinds] = {{0.1976, 0.7681, 1.849, 0, 2.295},
                                            {0.1299, 0.5123, 3.447, 0, 2.204},
                                            {0.2652, 11.32},
                                            {3.033, 0.009515},
                                            {0.2442, 4.266, 7.612, 1.181, 0.7029}};
constexpr Costs kAvx2BesideWhole[kWorkKinds] = {{0.1969, 0.5861, 1.139, 0, 0.9655},
                                                {0.1588, 0.1406, 2.687, 0, 1.77},
                                                {0.301, 12.78},
                                                {},
                                                {0.1835, 2.886, 3.937, 1.745, 0.6456}};
// Not measured, since there was no phone: ratios like those of AVX2.
constexpr const Costs* kNeon = kAvx2;

const Costs* costs_of(Isa isa) {
  if (isa == Isa::kNeon) return kNeon;
  const bool whole = cpu_features().whole_avx512;
  return isa == Isa::kAvx512 ? (whole ? kWholeAvx512 : kAvx512) : whole ? kAvx2BesideWhole : kAvx2;
}

}  // namespace

double expected_ns(const KernelWork& work, Isa isa) {
  const Costs& costs = costs_of(isa)[static_cast<uint32_t>(work.kind)];
  double ns = 0;
  for (uint32_t i = 0; i < kWorkAmounts; ++i) ns += work.amounts[i] * costs[i];
  return ns;
}

}  // namespace dcm
