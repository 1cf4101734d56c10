// A model that opens is safe to run, whatever its weights are; neither the batch nor the threads change a result.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "model_in_use.h"

namespace dcm::fuzz {
namespace {

using Tensors = std::vector<std::vector<float>>;

constexpr uint64_t kMostElements = 1 << 16;  // of a sample of an input or output
constexpr uint64_t kMostMacs = 1 << 20;      // of a sample: under sanitizers a second
constexpr uint32_t kBatch = 3;

// Elements of a sample; 0 if there are more than kMostElements.
uint64_t elements(const dcm_tensor_info& info) {
  uint64_t product = 1;
  for (uint32_t i = 0; i < info.rank; ++i) {
    product *= info.dims[i] < 0 ? 1 : static_cast<uint64_t>(info.dims[i]);
    if (product > kMostElements) return 0;
  }
  return product;
}

struct Sizes {
  std::vector<size_t> inputs, outputs;  // elements of a sample
  bool batched = false;
};

// False for a network that would take too long.
bool read_sizes(const dcm_model* model, Sizes* sizes) {
  uint64_t macs = 0, values = 0;
  dcm_tensor_info info;
  for (size_t i = 0; i < dcm_model_op_count(model); ++i) {
    dcm_op_info op;
    require(dcm_model_op(model, i, &op, nullptr) == DCM_OK, "an operator can be described");
    macs += op.macs < kMostMacs ? op.macs : kMostMacs;
    for (uint32_t k = 0; k < op.outputs; ++k) {
      require(dcm_model_op_output(model, i, k, &info, nullptr) == DCM_OK, "a value can be described");
      const uint64_t count = elements(info);
      values += count == 0 ? kMostMacs : count;
    }
    if (macs >= kMostMacs || values >= kMostMacs) return false;
  }
  for (size_t i = 0; i < dcm_model_input_count(model); ++i) {
    require(dcm_model_input(model, i, &info, nullptr) == DCM_OK, "an input can be described");
    sizes->inputs.push_back(elements(info));
    sizes->batched = sizes->batched || info.dims[0] < 0;
    if (sizes->inputs.back() == 0) return false;
  }
  for (size_t i = 0; i < dcm_model_output_count(model); ++i) {
    require(dcm_model_output(model, i, &info, nullptr) == DCM_OK, "an output can be described");
    sizes->outputs.push_back(elements(info));
    if (sizes->outputs.back() == 0) return false;
  }
  return true;
}

// Ordinary values, and a few that are none: whole numbers for Embeddings, infinities, NaN.
Tensors make_inputs(const Sizes& sizes, uint32_t batch) {
  std::mt19937 random(3);
  Tensors inputs;
  for (size_t i = 0; i < sizes.inputs.size(); ++i) {
    inputs.emplace_back(sizes.inputs[i] * batch);
    for (float& value : inputs.back()) {
      const uint32_t kind = random() % 64;
      value = static_cast<float>(static_cast<int32_t>(random() % 2001) - 1000) / 250.0f;
      if (kind < 8) value = static_cast<float>(random() % 8);
      if (kind == 8) value = INFINITY;
      if (kind == 9) value = NAN;
      if (kind == 10) value = 3e38f;
    }
  }
  return inputs;
}

// The part of sample `sample` of inputs or outputs for a batch.
Tensors sample_of(const Tensors& all, const std::vector<size_t>& sizes, uint32_t sample) {
  Tensors one;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto begin = all[i].begin() + static_cast<ptrdiff_t>(sample * sizes[i]);
    one.emplace_back(begin, begin + static_cast<ptrdiff_t>(sizes[i]));
  }
  return one;
}

// What a run gives, and whether it was made: memory may not suffice, or a value not be what an Embedding takes.
bool run(const dcm_model* model, const Sizes& sizes, const Tensors& inputs, uint32_t batch, uint32_t threads,
         Tensors* outputs, int* code) {
  const dcm_options options = small_options(threads, 1);
  dcm_context* context = nullptr;
  *code = dcm_context_create(model, &options, &context, nullptr);
  if (*code == DCM_OK) *code = dcm_context_set_batch(context, batch, nullptr);
  if (*code == DCM_OK) {
    std::vector<const float*> input_pointers;
    std::vector<float*> output_pointers;
    std::vector<size_t> input_sizes, output_sizes;
    for (const auto& input : inputs) {
      input_pointers.push_back(input.data());
      input_sizes.push_back(input.size());
    }
    outputs->clear();
    for (const size_t size : sizes.outputs) outputs->emplace_back(size * batch, -7.5f);
    for (auto& output : *outputs) {
      output_pointers.push_back(output.data());
      output_sizes.push_back(output.size());
    }
    *code = dcm_context_run(context, input_pointers.data(), input_sizes.data(), inputs.size(), output_pointers.data(),
                            output_sizes.data(), outputs->size(), nullptr);
  }
  dcm_context_destroy(context);
  require(*code == DCM_OK || *code == DCM_MACHINE_LIMIT || *code == DCM_CALL_VALUE,
          "a run fails for want of memory or for a value alone");
  return *code == DCM_OK;
}

// Equal but for the bits of a NaN, which IEEE 754 leaves open.
bool same(const Tensors& a, const Tensors& b) {
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a[i].size(); ++k)
      if (std::memcmp(&a[i][k], &b[i][k], sizeof(float)) != 0 && !(std::isnan(a[i][k]) && std::isnan(b[i][k])))
        return false;
  return true;
}

void use(const dcm_model* model) {
  Sizes sizes;
  if (!read_sizes(model, &sizes)) return;
  const uint32_t batch = sizes.batched ? kBatch : 1;
  const Tensors inputs = make_inputs(sizes, batch);
  Tensors whole, again, one;
  int code, other;
  const bool ran = run(model, sizes, inputs, batch, 1, &whole, &code);
  if (!run(model, sizes, inputs, batch, 2, &again, &other)) {
    require(!ran || other == DCM_MACHINE_LIMIT, "threads change no outcome");
    return;
  }
  if (!ran) return;
  require(same(whole, again), "threads change no result");
  for (uint32_t sample = 0; sample < batch && sizes.batched; ++sample) {
    if (!run(model, sizes, sample_of(inputs, sizes.inputs, sample), 1, 1, &one, &other)) continue;
    require(same(one, sample_of(whole, sizes.outputs, sample)), "the batch changes no result");
  }
}

}  // namespace
}  // namespace dcm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  int code;
  dcm_model* model = dcm::fuzz::open_model(data, size, dcm::fuzz::small_options(1, 1), &code);
  if (model != nullptr) dcm::fuzz::use(model);
  dcm_model_close(model);
  return 0;
}
