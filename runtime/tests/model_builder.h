// Writes .dcmodel files for the native tests. Every part is plain data, so that a test can spoil any of it before
// build().
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dcmobile_schema_generated.h"
#include "naive_huffman.h"

namespace dcm::testing {

namespace fb = ::dcmobile::format;

struct ChunkParts {
  uint32_t start = 0, gap_count = 0, code_count = 0, offset = 0, crc32c = 0;
  std::array<uint16_t, 4> gap_bytes{}, code_bytes{};
};

struct WeightParts {
  std::vector<uint32_t> shape;
  fb::Encoding encoding = fb::Encoding_NONE;
  // SparseShared, DenseShared
  uint8_t gap_bits = 0;
  Bytes gap_lengths, code_lengths;
  std::optional<std::vector<float>> centroids;
  std::optional<std::vector<uint16_t>> centroids_f16;
  std::vector<ChunkParts> chunks;
  // Dense
  fb::ElementType element_type = fb::ElementType_Float32;
  uint32_t offset = 0, crc32c = 0;
};

struct OpParts {
  std::string name;
  fb::OpAttributes type = fb::OpAttributes_NONE;
  std::optional<std::vector<uint32_t>> inputs;
  // Used by the operators that have them; names as in the schema.
  uint32_t weight = 0, bias = 0xFFFFFFFFu, recurrent = 0, recurrent_bias = 0xFFFFFFFFu;
  fb::Activation activation = fb::Activation_None;
  uint32_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  uint32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0, groups = 1;
  bool ceil_mode = false, count_include_pad = false;
  uint32_t divisor = 0;
  uint32_t first_axis = 1, last_axis = 1, axis = 1;
  uint32_t out_h = 1, out_w = 1;
  float low = 0.0f, high = 0.0f, slope = 0.0f, scale = 1.0f, shift = 0.0f, exponent = 0.0f;
  bool tanh_approximation = false, causal = false;
  fb::Reduction reduction = fb::Reduction_Mean;
  bool keep_axes = false;
  std::vector<uint32_t> axes;  // Reduce; LayerNorm has a number of axes
  uint32_t last_axes = 1;      // LayerNorm's axes
  float epsilon = 0.0f;
  uint32_t size = 1;
  float alpha = 0.0f, beta = 0.0f, k = 0.0f;
  std::vector<uint32_t> shape, permutation, before, after;
  uint32_t start = 0, end = 0, step = 1;
  fb::Padding mode = fb::Padding_Constant;
  float value = 0.0f;
  fb::Interpolation interpolation = fb::Interpolation_Nearest;
  bool align_corners = false;
  float scale_h = 0.0f, scale_w = 0.0f;
  bool has_state = false, reverse = false;

  // How many values it makes.
  uint32_t outputs() const { return type == fb::OpAttributes_Lstm ? 3 : type == fb::OpAttributes_Gru ? 2 : 1; }
};

struct InputParts {
  std::string name;
  std::vector<int32_t> shape;
};

struct OutputParts {
  std::string name;
  uint32_t value = 0;
};

// A pruned element in the codes that sparse() takes.
constexpr int kPruned = -1;

struct ModelParts {
  uint16_t version = 1;
  std::vector<InputParts> inputs;
  std::vector<WeightParts> weights;
  std::vector<OpParts> ops;
  std::vector<OutputParts> outputs;
  Bytes payload;  // without slack
  uint32_t slack = 8;
  std::vector<std::pair<std::string, std::string>> entries;
  std::vector<std::string> labels;

  // Each adds a weight, its sections included, and returns its index.
  uint32_t dense(std::vector<uint32_t> shape, const std::vector<float>& values);
  uint32_t dense_half(std::vector<uint32_t> shape, const std::vector<uint16_t>& values);
  uint32_t dense_shared(std::vector<uint32_t> shape, const std::vector<int>& codes, const std::vector<float>& centroids,
                        uint32_t chunk_symbols = 65536);
  // codes: one an element, kPruned for zero weights. chunk_symbols: most gap symbols of a chunk, at least what one gap
  // may take.
  uint32_t sparse(std::vector<uint32_t> shape, const std::vector<int>& codes, const std::vector<float>& centroids,
                  uint8_t gap_bits = 4, uint32_t chunk_symbols = 65536);

  // Adds an operator that reads the value just before, and returns it for more.
  OpParts& add(fb::OpAttributes type, std::string name = "");

  // Id of the newest value.
  uint32_t last_value() const {
    uint32_t values = static_cast<uint32_t>(inputs.size());
    for (const OpParts& op : ops) values += op.outputs();
    return values - 1;
  }

  // CRC-32C of all sections, after a test has changed the payload.
  void refresh_checksums();

  Bytes build() const;

 private:
  uint32_t append(const Bytes& section, uint32_t alignment);
};

// What a codes vector of sparse() or dense_shared() stands for.
std::vector<float> values_of(const std::vector<int>& codes, const std::vector<float>& centroids);

}  // namespace dcm::testing
