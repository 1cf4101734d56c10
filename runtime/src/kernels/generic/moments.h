// What a normalisation takes from the elements it normalises.
#pragma once

#include <cstdint>

namespace dcm {

// An element x becomes (x - mean) * scale + shift.
struct Moments {
  float mean;
  float scale;  // 1 / sqrt(variance + epsilon), with the biased variance
  float shift;  // what rounding the mean to a float took: of elements far from 0, more than they differ by
};

// Of count elements, at least 1.
Moments measure_moments(const float* x, uint64_t count, float epsilon);

}  // namespace dcm
