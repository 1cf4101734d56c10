#include "ops/window.h"

#include <cinttypes>

#include "core/checked.h"
#include "format/limits.h"

namespace dcm {

Status verify_window(const WindowAxis& window, const char* axis) {
  const struct {
    const char* name;
    uint32_t value, least;
  } attributes[] = {{"kernel", window.kernel, 1},
                    {"stride", window.stride, 1},
                    {"dilation", window.dilation, 1},
                    {"padding before", window.pad_before, 0},
                    {"padding after", window.pad_after, 0}};
  for (const auto& attribute : attributes)
    if (attribute.value < attribute.least || attribute.value > kMaxWindow)
      return Status::error(DCM_GRAPH_ATTRIBUTE, "%s of its %s is %u, expected %u to %u", attribute.name, axis,
                           attribute.value, attribute.least, kMaxWindow);
  return {};
}

Status verify_pool_window(const WindowAxis& window, const char* axis) {
  DCM_TRY(verify_window(window, axis));
  if (window.pad_before > window.kernel / 2 || window.pad_after > window.kernel / 2)
    return Status::error(DCM_GRAPH_ATTRIBUTE,
                         "paddings of its %s are %u and %u, expected at most half its kernel of %u", axis,
                         window.pad_before, window.pad_after, window.kernel);
  return {};
}

// No step below overflows: size < 2^32, the other numbers < 2^16.
Result<uint32_t> window_count(const WindowAxis& window, uint32_t size, const char* axis) {
  const uint64_t padded = uint64_t{size} + window.pad_before + window.pad_after;
  if (window.extent() > padded)
    return Status::error(DCM_GRAPH_SHAPE, "a window that spans %" PRIu64 " does not fit a padded %s of %" PRIu64,
                         window.extent(), axis, padded);
  const uint64_t room = padded - window.extent();
  uint64_t count = (window.ceil_mode ? ceil_div(room, window.stride) : room / window.stride) + 1;
  if (window.ceil_mode && (count - 1) * window.stride >= uint64_t{size} + window.pad_before) --count;
  return static_cast<uint32_t>(count);
}

Result<uint32_t> transposed_window_count(const WindowAxis& window, uint32_t size, const char* axis) {
  const uint64_t full = uint64_t{size - 1} * window.stride + window.extent();
  const uint64_t cut = uint64_t{window.pad_before} + window.pad_after;
  if (cut >= full)
    return Status::error(DCM_GRAPH_SHAPE, "paddings of %u and %u leave nothing of a full %s of %" PRIu64,
                         window.pad_before, window.pad_after, axis, full);
  if (full - cut > INT32_MAX)
    return Status::error(DCM_GRAPH_SHAPE, "its output's %s is %" PRIu64 ", expected less than 2^31", axis, full - cut);
  return static_cast<uint32_t>(full - cut);
}

}  // namespace dcm
