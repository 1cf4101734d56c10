// Lstm and Gru for any instruction set: included below a header that defines Simd. The weights are expanded once a run,
// transposed, for all elements of the sequences: what x gives to the gates is one product of matrices for many
// elements, and what h gives is one row of such a product.
#pragma once

#include "kernels/simd/exponential.h"
#include "kernels/simd/matrix_product.h"
#include "kernels/simd/vectors.h"

namespace dcm {
namespace {

// Expanding takes about as long as three elements would with the weights as they are, and this much memory a thread.
constexpr uint64_t kLeastElements = 4, kMostWeights = uint64_t{1} << 21;

constexpr uint64_t kElements = 32;  // whose products with x are made at once

bool expands_well(const Site& site) {
  const Weight &weight = site.weight(), &recurrent = *site.weights[kRecurrent];
  return site.input().dims[1] >= kLeastElements && weight.elements() + recurrent.elements() <= kMostWeights;
}

// A line of the cache is filled at once: of weights with many rows, neighbouring columns would drive each other out of
// it.
template <typename Form>
void expand_full(const Weight& weight, float* to) {
  constexpr uint32_t kLine = 16;
  const Form form(weight);
  for (uint32_t first = 0; first < weight.rows; first += kLine) {
    const uint32_t rows = weight.rows - first < kLine ? weight.rows - first : kLine;
    const auto from = form.from(first, 0);
    for (uint32_t column = 0; column < weight.columns; ++column)
      for (uint32_t row = 0; row < rows; ++row)
        to[uint64_t{column} * weight.rows + first + row] = from[uint64_t{row} * weight.columns + column];
  }
}

void expand_sparse(const Weight& weight, float* to) {
  std::memset(to, 0, weight.elements() * sizeof(float));
  const SparseRows form(weight);
  for (uint64_t row = 0; row < weight.rows; ++row)
    form.visit(row, [&](uint32_t column, float value) { to[uint64_t{column} * weight.rows + row] = value; });
}

// to [columns, rows] = the weight transposed.
void expand(const Weight& weight, float* to) {
  if (weight.form == WeightForm::kDense) return expand_full<DenseRows>(weight, to);
  if (weight.form == WeightForm::kDenseShared) return expand_full<DenseSharedRows>(weight, to);
  expand_sparse(weight, to);
}

// What a thread needs: the expanded weights, what x gives to the gates of a few elements and what h gives to those of
// one, the biases (zeros where there are none), and a state of zeros.
struct RecurrentMemory {
  float *weight, *recurrent, *of_x, *of_h, *bias, *recurrent_bias, *zeros;

  RecurrentMemory(const Site& site, float* from) {
    const uint64_t rows = site.weight().rows;
    weight = from;
    recurrent = weight + site.weight().elements();
    of_x = recurrent + site.weights[kRecurrent]->elements();
    of_h = of_x + kElements * rows;
    bias = of_h + rows;
    recurrent_bias = bias + rows;
    zeros = recurrent_bias + rows;
  }
  static uint64_t floats(const Site& site) {
    return site.weight().elements() + site.weights[kRecurrent]->elements() + (kElements + 3) * site.weight().rows +
           site.output().dims[2];
  }

  void fill(const Site& site) const {
    const uint64_t rows = site.weight().rows;
    expand(site.weight(), weight);
    expand(*site.weights[kRecurrent], recurrent);
    copy(site.dense(kBias), rows, bias);
    copy(site.dense(kRecurrentBias), rows, recurrent_bias);
    copy(nullptr, site.output().dims[2], zeros);
  }

 private:
  static void copy(const float* from, uint64_t count, float* to) {
    if (from == nullptr)
      std::memset(to, 0, count * sizeof(float));
    else
      std::memcpy(to, from, count * sizeof(float));
  }
};

uint64_t recurrent_scratch(const Site& site, const Prepared&) {
  return RecurrentMemory::floats(site) * sizeof(float);
}

// The gates of one element: what x and what h give, [gates, hidden] each, and the state before and after it.
struct Gates {
  const float *of_x, *of_h, *bias, *recurrent_bias;
  uint64_t hidden;
  const float* h;
  float *c, *y;
};

void end_lstm(const Gates& gates) {
  for_each_vector(gates.hidden, [&](auto load, auto store) {
    const auto gate = [&](uint64_t k) {
      const uint64_t at = k * gates.hidden;
      return Simd::add(Simd::add(load(gates.of_x + at), load(gates.of_h + at)), load(gates.bias + at));
    };
    const Simd::Vector kept = Simd::multiply(sigmoid_of(gate(1)), load(gates.c));
    const Simd::Vector c = Simd::multiply_add(sigmoid_of(gate(0)), tanh_of(gate(2)), kept);
    store(gates.c, c);
    store(gates.y, Simd::multiply(sigmoid_of(gate(3)), tanh_of(c)));
  });
}

void end_gru(const Gates& gates) {
  for_each_vector(gates.hidden, [&](auto load, auto store) {
    const auto of_x = [&](uint64_t k) {
      return Simd::add(load(gates.of_x + k * gates.hidden), load(gates.bias + k * gates.hidden));
    };
    const auto of_h = [&](uint64_t k) {
      return Simd::add(load(gates.of_h + k * gates.hidden), load(gates.recurrent_bias + k * gates.hidden));
    };
    const Simd::Vector r = sigmoid_of(Simd::add(of_x(0), of_h(0))), z = sigmoid_of(Simd::add(of_x(1), of_h(1)));
    const Simd::Vector n = tanh_of(Simd::multiply_add(r, of_h(2), of_x(2)));
    const Simd::Vector fresh = Simd::multiply(Simd::subtract(Simd::spread(1.0f), z), n);
    store(gates.y, Simd::multiply_add(z, load(gates.h), fresh));
  });
}

// A unit is one sample.
void run_recurrent(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  const Site& site = *call.site;
  const bool lstm = site.op->type == OpType::kLstm;
  const RecurrentAttributes& attributes = lstm ? site.op->attributes.lstm : site.op->attributes.gru;
  const uint64_t steps = site.input().dims[1], features = site.input().dims[2];
  const uint64_t hidden = site.output().dims[2], rows = site.weight().rows;
  const RecurrentMemory memory(site, static_cast<float*>(scratch));
  memory.fill(site);

  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * steps * features;
    float* y = call.outputs[0] + unit * steps * hidden;
    Gates gates = {nullptr, memory.of_h, memory.bias, memory.recurrent_bias, hidden, memory.zeros, nullptr, nullptr};
    if (attributes.has_state) gates.h = call.inputs[1] + unit * hidden;
    if (lstm) {
      gates.c = call.outputs[2] + unit * hidden;
      std::memcpy(gates.c, attributes.has_state ? call.inputs[2] + unit * hidden : memory.zeros,
                  hidden * sizeof(float));
    }
    for (uint64_t done = 0; done < steps;) {
      const uint64_t count = steps - done < kElements ? steps - done : kElements;
      const uint64_t first = attributes.reverse ? steps - done - count : done;
      multiply({x + first * features, features}, count, {memory.weight, rows}, features, rows, memory.of_x, rows);
      for (uint64_t i = 0; i < count; ++i) {
        const uint64_t element = attributes.reverse ? count - 1 - i : i;
        multiply({gates.h, hidden}, 1, {memory.recurrent, rows}, hidden, rows, memory.of_h, rows);
        gates.of_x = memory.of_x + element * rows;
        gates.y = y + (first + element) * hidden;
        (lstm ? end_lstm : end_gru)(gates);
        gates.h = gates.y;
      }
      done += count;
    }
    std::memcpy(call.outputs[1] + unit * hidden, gates.h, hidden * sizeof(float));
  }
}

constexpr Kernel recurrent_kernel(const char* name, OpType op, WeightForm form) {
  return {name, op, form, Simd::kIsa, expands_well, nullptr, recurrent_units, run_recurrent, recurrent_scratch};
}

}  // namespace
}  // namespace dcm
