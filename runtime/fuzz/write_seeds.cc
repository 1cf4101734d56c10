// dcmobile_write_seeds FOLDER: the first inputs of the fuzz targets, FOLDER/model, packed and huffman. Small networks
// that use every operator and every form of weight, plain and packed; tests/golden gives larger ones.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "huffman_case.h"
#include "packed_file.h"
#include "small_network.h"
#include "wide_network.h"

namespace {

using dcm::testing::Bytes;
using dcm::testing::ModelParts;

namespace fb = ::dcmobile::format;

bool write(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(out.flush());
}

// One linear layer of the weight: what the decoder meets and little else.
Bytes linear(ModelParts parts, uint32_t columns, uint32_t weight) {
  parts.inputs = {{"x", {-1, static_cast<int32_t>(columns)}}};
  parts.add(fb::OpAttributes_Linear, "linear").weight = weight;
  parts.outputs = {{"y", 1}};
  return parts.build();
}

Bytes sparse(double density, uint8_t gap_bits, uint32_t codebook, uint32_t chunk_symbols, uint32_t columns) {
  std::mt19937 random(columns + gap_bits);
  ModelParts parts;
  const auto codes = dcm::testing::random_codes(random, size_t{3} * columns, density, codebook);
  const uint32_t weight =
      parts.sparse({3, columns}, codes, dcm::testing::random_values(random, codebook), gap_bits, chunk_symbols);
  return linear(parts, columns, weight);
}

Bytes dense_shared(uint32_t codebook, uint32_t chunk_symbols, uint32_t columns) {
  std::mt19937 random(columns);
  ModelParts parts;
  const auto codes = dcm::testing::random_codes(random, size_t{3} * columns, 1.1, codebook);
  const uint32_t weight =
      parts.dense_shared({3, columns}, codes, dcm::testing::random_values(random, codebook), chunk_symbols);
  return linear(parts, columns, weight);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: dcmobile_write_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path models = std::filesystem::path(argv[1]) / "model";
  const std::filesystem::path packed = std::filesystem::path(argv[1]) / "packed";
  std::filesystem::create_directories(models);
  std::filesystem::create_directories(packed);
  const std::pair<const char*, Bytes> plain[] = {
      {"small", dcm::testing::small_network().build()},   {"wide", dcm::testing::wide_network().build()},
      {"sparse_long_gaps", sparse(0.02, 2, 7, 400, 400)}, {"sparse_chunks", sparse(0.2, 4, 16, 64, 300)},
      {"sparse_one_code", sparse(0.1, 5, 1, 4096, 200)},  {"sparse_wide_rows", sparse(0.0005, 8, 9, 4096, 70'000)},
      {"sparse_empty", sparse(0.0, 3, 4, 64, 50)},        {"shared_many_codes", dense_shared(256, 65536, 600)},
      {"shared_chunks", dense_shared(5, 50, 120)},
  };
  bool ok = write(packed / "nothing", {0});
  for (const auto& [name, model] : plain) {
    ok = ok && write(models / name, model) && write(packed / name, dcm::testing::packed_form(model));
    ok = ok && write(models / (std::string(name) + "_packed"), dcm::testing::packed_file(model));
  }
  const std::filesystem::path codes = std::filesystem::path(argv[1]) / "huffman";
  std::filesystem::create_directories(codes);
  std::mt19937 random(11);
  for (int i = 0; ok && i < 20; ++i) ok = write(codes / std::to_string(i), dcm::fuzz::random_case(random, 1000));
  if (!ok) std::fprintf(stderr, "cannot write to %s\n", argv[1]);
  return ok ? 0 : 1;
}
