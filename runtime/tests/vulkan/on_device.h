// Opens models on a Vulkan device through the C API, with the library that fails as told in between.
#pragma once

#include <string>
#include <vector>

#include "faulty_vulkan.h"
#include "loaded_model.h"

namespace dcm::testing {

// Where the drivers' caches of this process are; empty at first.
const std::string& cache_directory();
void empty_cache();

// Options for a device; cache: of cache_directory(), or none.
dcm_options device_options(const char* device = "vulkan", bool cache = false);

dcm_device_report report_of(const dcm_model* model);
dcm_device_report report_of(const dcm_context* context);

// Sets the batch and runs.
std::vector<Tensor> run_on(const dcm_model* model, dcm_context* context, const std::vector<Tensor>& inputs,
                           uint32_t batch);

ContextPointer create_context(const dcm_model* model, const dcm_options& options);

// Runs on the device and on the CPU and expects the same to 1e-4 of the largest element of each output; and that the
// device did it, unless fallback is allowed.
void expect_as_on_cpu(const Bytes& file, const std::vector<Tensor>& inputs, uint32_t batch, bool may_fall_back = false);
void expect_close(const std::vector<Tensor>& found, const std::vector<Tensor>& expected);

// Nothing is told to the library while a test begins and when it ends.
class VulkanTest {
 public:
  VulkanTest() { faulty_reset(); }
  ~VulkanTest() { faulty_reset(); }
};

}  // namespace dcm::testing
