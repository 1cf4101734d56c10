// Opens and runs models through the C API, for tests that are not about the API itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dcmobile/dcmobile.h"
#include "naive_huffman.h"

namespace dcm::testing {

struct CloseModel {
  void operator()(dcm_model* model) const { dcm_model_close(model); }
};
struct DestroyContext {
  void operator()(dcm_context* context) const { dcm_context_destroy(context); }
};
using ModelPointer = std::unique_ptr<dcm_model, CloseModel>;
using ContextPointer = std::unique_ptr<dcm_context, DestroyContext>;

// What an open gave: a model, or a code and a text.
struct Opened {
  ModelPointer model;
  int code = DCM_OK;
  std::string text;
};
Opened open_bytes(const Bytes& bytes, const dcm_options* options = nullptr);

using Tensor = std::vector<float>;

// Runs the model once on one input per graph input and returns the outputs, or throws the error's text.
std::vector<Tensor> run_model(const dcm_model* model, const std::vector<Tensor>& inputs, uint32_t batch = 1,
                              uint32_t threads = 1);
// The same in a context that exists.
std::vector<Tensor> run_context(const dcm_model* model, dcm_context* context, const std::vector<Tensor>& inputs,
                                uint32_t batch);

// Elements of a sample of output i.
size_t output_elements(const dcm_model* model, size_t i);

}  // namespace dcm::testing
