#include "loaded_model.h"

#include <stdexcept>

namespace dcm::testing {

Opened open_bytes(const Bytes& bytes, const dcm_options* options) {
  Opened opened;
  dcm_error error = {};
  dcm_model* model = nullptr;
  opened.code = dcm_model_open_memory(bytes.data(), bytes.size(), options, &model, &error);
  opened.model.reset(model);
  opened.text = error.text;
  return opened;
}

size_t output_elements(const dcm_model* model, size_t i) {
  dcm_tensor_info info;
  if (dcm_model_output(model, i, &info, nullptr) != DCM_OK) throw std::runtime_error("no such output");
  size_t elements = 1;
  for (uint32_t d = 0; d < info.rank; ++d) elements *= info.dims[d] < 0 ? 1 : static_cast<size_t>(info.dims[d]);
  return elements;
}

std::vector<Tensor> run_model(const dcm_model* model, const std::vector<Tensor>& inputs, uint32_t batch,
                              uint32_t threads) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = threads;
  dcm_error error = {};
  dcm_context* created = nullptr;
  if (dcm_context_create(model, &options, &created, &error) != DCM_OK) throw std::runtime_error(error.text);
  const ContextPointer context(created);
  if (dcm_context_set_batch(context.get(), batch, &error) != DCM_OK) throw std::runtime_error(error.text);
  return run_context(model, context.get(), inputs, batch);
}

std::vector<Tensor> run_context(const dcm_model* model, dcm_context* context, const std::vector<Tensor>& inputs,
                                uint32_t batch) {
  std::vector<const float*> input_pointers;
  std::vector<float*> output_pointers;
  std::vector<size_t> input_sizes, output_sizes;
  for (const Tensor& input : inputs) {
    input_pointers.push_back(input.data());
    input_sizes.push_back(input.size());
  }
  std::vector<Tensor> outputs(dcm_model_output_count(model));
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].assign(output_elements(model, i) * batch, -77.0f);
    output_pointers.push_back(outputs[i].data());
    output_sizes.push_back(outputs[i].size());
  }
  dcm_error error = {};
  if (dcm_context_run(context, input_pointers.data(), input_sizes.data(), inputs.size(), output_pointers.data(),
                      output_sizes.data(), outputs.size(), &error) != DCM_OK)
    throw std::runtime_error(error.text);
  return outputs;
}

}  // namespace dcm::testing
