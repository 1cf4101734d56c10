// A library for the CPU alone.
#include "api/accelerator.h"

namespace dcm {

uint32_t accelerator_devices() {
  return 0;
}

Status describe_accelerator_device(uint32_t index, dcm_device_info*) {
  return Status::error(DCM_CALL_ARGUMENT, "device vulkan:%u does not exist", index);
}

Status open_accelerator(const char*, const Graph&, const Array<Weight>&, const char*, ThreadPool&, MemoryBudget&,
                        Accelerator**) {
  return Status::error(DCM_MACHINE_UNSUPPORTED, "this build is for the CPU alone");
}

// Without an accelerator nobody calls the others.
void close_accelerator(Accelerator*) {}
void describe_accelerator(const Accelerator&, dcm_device_report*) {}
const char* accelerator_kernel(const Accelerator&, uint32_t, const char**) {
  return nullptr;
}
bool needs_host_arena(const Accelerator&) {
  return true;
}
Status open_accelerator_run(Accelerator&, const StorageMap&, uint32_t, bool, MemoryBudget&, AcceleratorRun**) {
  return Status::error(DCM_MACHINE_UNSUPPORTED, "this build is for the CPU alone");
}
void close_accelerator_run(AcceleratorRun*) {}
uint32_t accelerator_slice(const AcceleratorRun&) {
  return 0;
}
uint64_t accelerator_bytes(const AcceleratorRun&) {
  return 0;
}
Status run_accelerator(AcceleratorRun&, const HostSide&, const RunSlice&) {
  return {};
}

}  // namespace dcm
