// Every kernel of this build. The plan, the tests and the benchmarks read this table and nothing else.
#pragma once

#include <cstddef>

#include "kernels/kernel.h"

namespace dcm {

struct KernelTable {
  const Kernel* const* kernels;
  size_t count;

  const Kernel* const* begin() const { return kernels; }
  const Kernel* const* end() const { return kernels + count; }
};

// Best first among those of one operator, form and instruction set.
KernelTable kernel_table();

// The first kernel for the site on the instruction set, or null.
const Kernel* find_kernel(const Site& site, Isa isa);

}  // namespace dcm
