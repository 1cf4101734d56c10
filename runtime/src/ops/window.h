// Windows that slide along one axis (docs/format.md, 3).
#pragma once

#include <cstdint>

#include "core/status.h"

namespace dcm {

struct WindowAxis {
  uint32_t kernel, stride, dilation;
  uint32_t pad_before, pad_after;
  bool ceil_mode;

  // Input elements from a window's first tap to its last, both included.
  uint64_t extent() const { return uint64_t{dilation} * (kernel - 1) + 1; }
};

// GRAPH_ATTRIBUTE unless kernel, stride and dilation are 1 .. kMaxWindow and the paddings at most that. axis: "height"
// or "width".
Status verify_window(const WindowAxis& window, const char* axis);

// verify_window() for a pool: GRAPH_ATTRIBUTE also where a padding is more than half the kernel.
Status verify_pool_window(const WindowAxis& window, const char* axis);

// How many windows fit an axis of size elements, or GRAPH_SHAPE. The window has passed verify_window().
Result<uint32_t> window_count(const WindowAxis& window, uint32_t size, const char* axis);

// How many elements a transposed convolution makes of an axis of size elements, or GRAPH_SHAPE. The window has passed
// verify_window().
Result<uint32_t> transposed_window_count(const WindowAxis& window, uint32_t size, const char* axis);

}  // namespace dcm
