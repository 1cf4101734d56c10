// Times the encoder on a layer of the given size and density: dcmobile_encoder_speed [weights = 138e6] [density =
// 0.075] [centroids = 32].
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "encoder/weight_encoder.h"

int main(int argc, char** argv) {
  const size_t size = argc > 1 ? static_cast<size_t>(std::atof(argv[1])) : 138000000;
  const double density = argc > 2 ? std::atof(argv[2]) : 0.075;
  const int centroids = argc > 3 ? std::atoi(argv[3]) : 32;
  std::mt19937 random(1);
  std::geometric_distribution<size_t> gap(density);
  std::binomial_distribution<int> code(centroids - 1, 0.5);
  std::vector<uint16_t> codes(size, 0);
  for (size_t i = gap(random); i < size; i += 1 + gap(random)) codes[i] = static_cast<uint16_t>(1 + code(random));

  const auto begin = std::chrono::steady_clock::now();
  const auto encoded = dcm::encoder::encode_sparse(codes.data(), size, static_cast<size_t>(centroids));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!encoded) return 1;
  std::printf(
      "%zu weights, %llu kept: %.2f s, gap bits %u, %.3f bits a kept weight (entropy %.3f), %llu bytes\n", size,
      static_cast<unsigned long long>(encoded->codes.symbols), seconds.count(), encoded->gap_bits,
      static_cast<double>(encoded->gaps.bits + encoded->codes.bits) / static_cast<double>(encoded->codes.symbols),
      (encoded->gaps.entropy_bits + encoded->codes.entropy_bits) / static_cast<double>(encoded->codes.symbols),
      static_cast<unsigned long long>(encoded->file_bytes()));
  return 0;
}
