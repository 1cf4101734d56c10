#include "on_device.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace dcm::testing {

namespace {

struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/dcmobile_vulkan_XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no directory for the cache");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path;
};

}  // namespace

const std::string& cache_directory() {
  static const TemporaryFolder folder;
  return folder.path;
}

void empty_cache() {
  for (const auto& entry : std::filesystem::directory_iterator(cache_directory())) std::filesystem::remove(entry);
}

dcm_options device_options(const char* device, bool cache) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.device = device;
  options.cache_directory = cache ? cache_directory().c_str() : "";
  return options;
}

dcm_device_report report_of(const dcm_model* model) {
  dcm_device_report report;
  dcm_error error;
  if (dcm_model_device(model, &report, &error) != DCM_OK) throw std::runtime_error(error.text);
  return report;
}

dcm_device_report report_of(const dcm_context* context) {
  dcm_device_report report;
  dcm_error error;
  if (dcm_context_device(context, &report, &error) != DCM_OK) throw std::runtime_error(error.text);
  return report;
}

ContextPointer create_context(const dcm_model* model, const dcm_options& options) {
  dcm_context* context = nullptr;
  dcm_error error;
  if (dcm_context_create(model, &options, &context, &error) != DCM_OK) throw std::runtime_error(error.text);
  return ContextPointer(context);
}

std::vector<Tensor> run_on(const dcm_model* model, dcm_context* context, const std::vector<Tensor>& inputs,
                           uint32_t batch) {
  dcm_error error;
  if (dcm_context_set_batch(context, batch, &error) != DCM_OK) throw std::runtime_error(error.text);
  return run_context(model, context, inputs, batch);
}

void expect_close(const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].size(), expected[i].size());
    float largest = 0.0f;
    for (const float value : expected[i]) largest = std::max(largest, std::fabs(value));
    for (size_t k = 0; k < found[i].size(); ++k)
      ASSERT_NEAR(found[i][k], expected[i][k], 1e-4 * largest) << "output " << i << ", element " << k;
  }
}

void expect_as_on_cpu(const Bytes& file, const std::vector<Tensor>& inputs, uint32_t batch, bool may_fall_back) {
  const dcm_options on_cpu = device_options("cpu"), on_device = device_options();
  const Opened reference = open_bytes(file, &on_cpu), opened = open_bytes(file, &on_device);
  ASSERT_EQ(reference.code, DCM_OK) << reference.text;
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  const ContextPointer context = create_context(opened.model.get(), on_device);
  expect_close(run_on(opened.model.get(), context.get(), inputs, batch),
               run_model(reference.model.get(), inputs, batch));
  if (may_fall_back) return;
  EXPECT_STREQ(report_of(opened.model.get()).fallback, "");
  EXPECT_STREQ(report_of(context.get()).fallback, "");
  EXPECT_STREQ(report_of(context.get()).device, "vulkan");
  EXPECT_GT(report_of(context.get()).ops_placed, 0u);
}

}  // namespace dcm::testing
