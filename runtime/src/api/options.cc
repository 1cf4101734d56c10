#include "api/options.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "core/thread_pool.h"

namespace dcm {
namespace {

// The struct of version 0.1.0; later ones only append to it.
constexpr size_t kFirstSize = offsetof(dcm_options, profile) + sizeof(uint32_t);
constexpr size_t kLargestSize = 4096;  // more is not a struct_size but garbage

// "vulkan" or "vulkan:N".
bool is_accelerator(const char* device) {
  if (std::strncmp(device, "vulkan", 6) != 0) return false;
  const char* rest = device + 6;
  if (*rest == '\0') return true;
  const size_t digits = std::strspn(rest + 1, "0123456789");
  return *rest == ':' && digits >= 1 && digits <= 2 && rest[1 + digits] == '\0';
}

Status verify_device(const char* device, const char* asked_by) {
  if (std::strcmp(device, "cpu") == 0 || is_accelerator(device)) return {};
  return Status::error(DCM_CALL_ARGUMENT, "%s is '%.40s', expected cpu, vulkan or vulkan:N", asked_by, device);
}

}  // namespace

Result<dcm_options> read_options(const dcm_options* options) {
  dcm_options result = DCM_OPTIONS_DEFAULT;
  if (options == nullptr) return result;
  const size_t size = options->struct_size;
  if (size < kFirstSize || size > kLargestSize)
    return Status::error(DCM_CALL_ARGUMENT,
                         "options.struct_size is %zu, expected sizeof(dcm_options); start from DCM_OPTIONS_DEFAULT",
                         size);
  // A caller built against a newer header may have more fields; what they ask for by a value other than 0 cannot be
  // done here.
  for (size_t i = sizeof result; i < size; ++i)
    if (reinterpret_cast<const unsigned char*>(options)[i] != 0)
      return Status::error(DCM_CALL_ARGUMENT, "options has a field at byte %zu that this runtime does not know", i);
  std::memcpy(&result, options, size < sizeof result ? size : sizeof result);
  result.struct_size = sizeof result;
  if (result.threads < 1 || result.threads > ThreadPool::kMaxThreads)
    return Status::error(DCM_CALL_ARGUMENT, "options.threads is %u, expected 1 to %u", result.threads,
                         ThreadPool::kMaxThreads);
  if (result.skip_checksum > 1)
    return Status::error(DCM_CALL_ARGUMENT, "options.skip_checksum is %u, expected 0 or 1", result.skip_checksum);
  if (result.profile > 1)
    return Status::error(DCM_CALL_ARGUMENT, "options.profile is %u, expected 0 or 1", result.profile);
  if (result.device != nullptr) DCM_TRY(verify_device(result.device, "options.device"));
  return result;
}

Result<const char*> choose_device(const dcm_options& options) {
  const char* device = options.device;
  if (device == nullptr) {
    device = std::getenv("DCM_DEVICE");
    if (device == nullptr || device[0] == '\0') return "cpu";
    DCM_TRY(verify_device(device, "DCM_DEVICE"));
  }
  return device;
}

Status start_threads(const dcm_options& options, MemoryBudget& budget, ThreadPool* pool) {
  if (options.parallel_for == nullptr) return pool->start(budget, options.threads);
  pool->borrow(options.threads, options.parallel_for, options.parallel_for_context);
  return {};
}

}  // namespace dcm
