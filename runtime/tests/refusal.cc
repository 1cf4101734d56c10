#include "refusal.h"

#include <gtest/gtest.h>

namespace dcm::testing {

void expect_refused(const Refusal& refusal) {
  ModelParts parts;
  refusal.add(parts);
  const OneOp run(parts, {refusal.input}, refusal.fixed);
  EXPECT_STREQ(dcm_code_name(run.code()), dcm_code_name(refusal.code)) << run.text();
  EXPECT_NE(run.text().find(refusal.words), std::string::npos) << run.text();
}

std::function<void(ModelParts&)> one_op(fb::OpAttributes type, std::function<void(OpParts&)> change) {
  return [=](ModelParts& m) { change(m.add(type, "op")); };
}

std::function<void(ModelParts&)> with_constant(fb::OpAttributes type, std::vector<uint32_t> shape) {
  return [=](ModelParts& m) {
    const uint32_t constant = add_constant(&m, 1, shape, Tensor(elements_of(shape), 1.0f));
    m.add(type, "op").inputs = {{0, constant}};
  };
}

}  // namespace dcm::testing
