#include "tensors.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>

namespace bench {
namespace {

size_t elements(const dcm_tensor_info& info, uint32_t batch) {
  size_t count = 1;
  for (uint32_t i = 0; i < info.rank; ++i) count *= info.dims[i] < 0 ? batch : static_cast<size_t>(info.dims[i]);
  return count;
}

bool count_fits(const char* flag, size_t files, size_t tensors, std::string* error) {
  if (files == tensors) return true;
  *error = std::string(flag) + " names " + std::to_string(files) + " files; the model has " + std::to_string(tensors);
  return false;
}

bool read_floats(const std::string& path, std::vector<float>* values, std::string* error) {
  FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    *error = "cannot open " + path + ": " + std::strerror(errno);
    return false;
  }
  const bool full = std::fread(values->data(), sizeof(float), values->size(), file) == values->size();
  const bool ends = full && std::fgetc(file) == EOF;
  std::fclose(file);
  if (!ends)
    *error = path + " has " + (full ? "more" : "fewer") +
             " bytes than the input takes: " + std::to_string(values->size() * sizeof(float));
  return ends;
}

bool write_floats(const std::string& path, const std::vector<float>& values, std::string* error) {
  FILE* file = std::fopen(path.c_str(), "wb");
  bool written = file != nullptr && std::fwrite(values.data(), sizeof(float), values.size(), file) == values.size();
  if (file != nullptr && std::fclose(file) != 0) written = false;
  if (!written) *error = "cannot write " + path + ": " + std::strerror(errno);
  return written;
}

}  // namespace

Tensors::Tensors(const dcm_model* model, uint32_t batch) {
  dcm_tensor_info info;
  for (size_t i = 0; i < dcm_model_input_count(model); ++i) {
    (void)dcm_model_input(model, i, &info, nullptr);
    inputs_.emplace_back(elements(info, batch));
    input_sizes_.push_back(inputs_.back().size());
  }
  for (size_t i = 0; i < dcm_model_output_count(model); ++i) {
    (void)dcm_model_output(model, i, &info, nullptr);
    outputs_.emplace_back(elements(info, batch));
    output_sizes_.push_back(outputs_.back().size());
  }
  for (const std::vector<float>& input : inputs_) input_pointers_.push_back(input.data());
  for (std::vector<float>& output : outputs_) output_pointers_.push_back(output.data());
}

void Tensors::fill_random() {
  std::mt19937 random(1);
  for (std::vector<float>& input : inputs_)
    for (float& value : input) value = static_cast<float>(random() >> 8) / static_cast<float>(1 << 23) - 1.0f;
}

bool Tensors::read_inputs(const std::vector<std::string>& files, std::string* error) {
  if (!count_fits("--input_files", files.size(), inputs_.size(), error)) return false;
  for (size_t i = 0; i < files.size(); ++i)
    if (!read_floats(files[i], &inputs_[i], error)) return false;
  return true;
}

bool Tensors::write_outputs(const std::vector<std::string>& files, std::string* error) const {
  if (!count_fits("--output_files", files.size(), outputs_.size(), error)) return false;
  for (size_t i = 0; i < files.size(); ++i)
    if (!write_floats(files[i], outputs_[i], error)) return false;
  return true;
}

int Tensors::run(dcm_context* context, dcm_error* error) {
  return dcm_context_run(context, input_pointers_.data(), input_sizes_.data(), inputs_.size(), output_pointers_.data(),
                         output_sizes_.data(), outputs_.size(), error);
}

}  // namespace bench
