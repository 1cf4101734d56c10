// What kernels are expected to take: the choice between those that can compute the same operator. A kernel's work is
// some amounts that are known from shapes and numbers of non-zeros; each costs so many nanoseconds on an instruction
// set, which benchmarks/costs.py fits to measured times.
#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace dcm {

// What the amounts of a kernel's work are. Vectors are those of the instruction set.
enum class WorkKind : uint8_t {
  // Convolution over panels (kernels/panel_layout.h): weights times vectors of pixels, zero weights of a sparse one not
  // counted; weights met in strips; vectors of sums; rows of the weight in strips of blocks; vectors copied.
  kSparsePanels,
  kDensePanels,
  // Sparse linear layers by columns (kernels/weight_columns.h): non-zeros; columns of all blocks of rows.
  kColumns,
  // And by slices (kernels/weight_slices.h): pairs of steps; blocks of all slices.
  kSlices,
  // Winograd's convolution (kernels/winograd_layout.h): inputs of a tile times vectors of outputs, with loads; for each
  // position, vectors of inputs, of sums, of weights that are transformed; non-zeros that are expanded.
  kWinograd,
};
constexpr uint32_t kWorkKinds = 5, kWorkAmounts = 5;

// Of one sample.
struct KernelWork {
  WorkKind kind;
  double amounts[kWorkAmounts];
};

// Nanoseconds on one core.
double expected_ns(const KernelWork& work, Isa isa);

}  // namespace dcm
