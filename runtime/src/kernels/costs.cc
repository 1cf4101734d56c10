#include "kernels/costs.h"

namespace dcm {
namespace {

using Costs = double[kWorkAmounts];

// In the order of WorkKind.
constexpr Costs kAvx512[kWorkKinds] = {
    {0.3437, 0.4609, 1.07, 0, 1.422}, {0.3055, 0, 4.664, 0, 0}, {0.3415, 1.105}, {2.465, 1.397}};
constexpr Costs kAvx2[kWorkKinds] = {
    {0.2182, 0, 0.3043, 4.53, 0.7271}, {0.1695, 0, 1.7, 0, 4.463}, {0.3339, 1.068}, {}};
// Not measured, since there was no phone: ratios like those of AVX2.
constexpr const Costs* kNeon = kAvx2;

const Costs* costs_of(Isa isa) {
  return isa == Isa::kAvx512 ? kAvx512 : isa == Isa::kNeon ? kNeon : kAvx2;
}

}  // namespace

double expected_ns(const KernelWork& work, Isa isa) {
  const Costs& costs = costs_of(isa)[static_cast<uint32_t>(work.kind)];
  double ns = 0;
  for (uint32_t i = 0; i < kWorkAmounts; ++i) ns += work.amounts[i] * costs[i];
  return ns;
}

}  // namespace dcm
