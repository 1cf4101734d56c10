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

// Whether the kernel can compute the site.
bool suits(const Kernel& kernel, const Site& site);

}  // namespace dcm
