// Operators that a file may not hold, as rows of a table.
#pragma once

#include <functional>
#include <ostream>

#include "one_op.h"

namespace dcm::testing {

struct Refusal {
  const char* name;
  std::function<void(ModelParts&)> add;  // operators that read value 0, to a model of one input
  std::vector<uint32_t> input;           // its shape
  int code;
  const char* words;   // that the error's text holds
  bool fixed = false;  // as in OneOp
};

// For the names of parameterised tests.
inline void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

// Opening a file of the operators fails with the code and the words.
void expect_refused(const Refusal& refusal);

// A step for Refusal::add: one operator, named "op", that reads the newest value.
std::function<void(ModelParts&)> one_op(fb::OpAttributes type, std::function<void(OpParts&)> change);

// One operator "op" of the input and a constant of ones, in this order.
std::function<void(ModelParts&)> with_constant(fb::OpAttributes type, std::vector<uint32_t> shape);

}  // namespace dcm::testing
