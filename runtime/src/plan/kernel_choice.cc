#include "plan/kernel_choice.h"

#include <utility>

namespace dcm {
namespace {

void compare(const Kernel* kernel, PlannedOp* planned) {
  const double ns = expected_ns(kernel->work(planned->site), kernel->isa);
  if (planned->kernel == nullptr || ns < planned->expected_ns) {
    planned->other = std::exchange(planned->kernel, kernel);
    planned->other_ns = std::exchange(planned->expected_ns, ns);
  } else if (planned->other == nullptr || ns < planned->other_ns) {
    planned->other = kernel, planned->other_ns = ns;
  }
}

}  // namespace

void choose_kernel(const KernelTable& table, Isa best, PlannedOp* planned) {
  for (uint32_t isa = static_cast<uint32_t>(best) + 1; isa-- > 0;)
    for (const Kernel* kernel : table) {
      if (kernel->isa != static_cast<Isa>(isa) || !suits(*kernel, planned->site)) continue;
      if (kernel->work == nullptr) {
        if (planned->kernel == nullptr) planned->kernel = kernel;
        return;
      }
      compare(kernel, planned);
    }
}

}  // namespace dcm
