#include "model_in_use.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace dcm::fuzz {
namespace {

constexpr uint64_t kMemoryLimit = 16 << 20;

// Reads the text whole, so that a sanitizer sees where it lies.
void read_text(const char* text) {
  require(text != nullptr, "a text is never null");
  require(std::strlen(text) < (size_t{1} << 31), "a text ends");
}

void check_info(const dcm_tensor_info& info) {
  read_text(info.name);
  require(info.rank >= 1 && info.rank <= DCM_MAX_RANK, "a rank is 1 to 8");
  for (uint32_t i = 0; i < info.rank; ++i)
    require(info.dims[i] >= 1 || (i == 0 && info.dims[i] == -1), "a dimension is at least 1, or the batch");
}

void ask_about_ports(const dcm_model* model) {
  dcm_tensor_info info;
  require(dcm_model_input_count(model) > 0 && dcm_model_output_count(model) > 0, "there are inputs and outputs");
  for (size_t i = 0; i < dcm_model_input_count(model); ++i) {
    require(dcm_model_input(model, i, &info, nullptr) == DCM_OK, "an input can be described");
    check_info(info);
    size_t found;
    require(dcm_model_find_input(model, info.name, &found, nullptr) == DCM_OK && found == i, "names are unique");
  }
  for (size_t i = 0; i < dcm_model_output_count(model); ++i) {
    require(dcm_model_output(model, i, &info, nullptr) == DCM_OK, "an output can be described");
    check_info(info);
    size_t found;
    require(dcm_model_find_output(model, info.name, &found, nullptr) == DCM_OK && found == i, "names are unique");
  }
}

void ask_about_operators(const dcm_model* model) {
  for (size_t i = 0; i < dcm_model_op_count(model); ++i) {
    dcm_op_info op;
    require(dcm_model_op(model, i, &op, nullptr) == DCM_OK, "an operator can be described");
    for (const char* text : {op.name, op.type, op.kernel, op.reason}) read_text(text);
    for (uint32_t k = 0; k < op.outputs; ++k) {
      dcm_tensor_info info;
      require(dcm_model_op_output(model, i, k, &info, nullptr) == DCM_OK, "a value can be described");
      check_info(info);
    }
  }
}

void ask_about_metadata(const dcm_model* model) {
  const char *key, *value;
  for (size_t i = 0; i < dcm_model_label_count(model); ++i) {
    require(dcm_model_label(model, i, &value, nullptr) == DCM_OK, "a label can be read");
    read_text(value);
  }
  for (size_t i = 0; i < dcm_model_metadata_count(model); ++i) {
    require(dcm_model_metadata(model, i, &key, &value, nullptr) == DCM_OK, "an entry can be read");
    read_text(key);
    read_text(value);
  }
}

}  // namespace

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

dcm_options small_options(uint32_t threads, uint32_t skip_checksum) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = kMemoryLimit;
  options.threads = threads;
  options.skip_checksum = skip_checksum;
  return options;
}

dcm_model* open_model(const uint8_t* data, size_t size, const dcm_options& options, int* code) {
  dcm_error error = {};
  dcm_model* model = nullptr;
  *code = dcm_model_open_memory(data, size, &options, &model, &error);
  require((*code == DCM_OK) == (model != nullptr), "a model comes with DCM_OK and without it there is none");
  if (model != nullptr) return model;
  require(*code / 100 == 1 || *code / 100 == 2 || *code == DCM_MACHINE_LIMIT,
          "a refusal is of the file, of the graph or of the limit");
  require(error.code == *code && error.text[0] != '\0', "a refusal has a text");
  require(std::memchr(error.text, '\0', sizeof error.text) != nullptr, "the text ends");
  require(std::strchr(error.text, '\n') == nullptr, "the text is one line");
  return nullptr;
}

void ask_everything(const dcm_model* model) {
  ask_about_ports(model);
  ask_about_operators(model);
  ask_about_metadata(model);
  dcm_load_info info;
  dcm_model_load_info(model, &info);
  require(info.weight_bytes <= kMemoryLimit, "a model keeps to its limit");
}

}  // namespace dcm::fuzz
