// dcm_context_run allocates nothing.
#include <gtest/gtest.h>

#include <utility>

#include "small_network.h"
#include "wrapped_system.h"

namespace dcm {
namespace {

namespace fb = testing::fb;

// Runs the model, which has one input and one output, on the batch of values several times.
void expect_no_allocation(const testing::Bytes& bytes, const testing::Tensor& input, uint32_t batch) {
  for (uint32_t threads : {1u, 2u, 4u}) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = threads;
    options.profile = threads == 2;
    const int before_open = testing::allocations();
    const testing::Opened opened = testing::open_bytes(bytes, &options);
    ASSERT_EQ(opened.code, DCM_OK) << opened.text;
    EXPECT_GT(testing::allocations(), before_open) << "the count does not work";
    dcm_context* created;
    ASSERT_EQ(dcm_context_create(opened.model.get(), &options, &created, nullptr), DCM_OK);
    const testing::ContextPointer context(created);
    ASSERT_EQ(dcm_context_set_batch(context.get(), batch, nullptr), DCM_OK);

    testing::Tensor output(batch * testing::output_elements(opened.model.get(), 0));
    const float* inputs[] = {input.data()};
    float* outputs[] = {output.data()};
    const size_t input_sizes[] = {input.size()}, output_sizes[] = {output.size()};
    int runs = 0;
    const int before = testing::allocations();
    while (runs < 10 &&
           dcm_context_run(context.get(), inputs, input_sizes, 1, outputs, output_sizes, 1, nullptr) == DCM_OK)
      ++runs;
    const int after = testing::allocations();
    EXPECT_EQ(runs, 10);
    EXPECT_EQ(after, before) << threads << " threads";
    EXPECT_NE(output[0], 0.0f);
  }
}

TEST(Allocations, RunMakesNone) {
  const uint32_t batch = 300;  // enough work for the threads to share
  expect_no_allocation(testing::small_network().build(), testing::small_input(batch), batch);
}

// Operators that need scratch memory, and one that looks at its input first.
TEST(Allocations, RunOfSequencesMakesNone) {
  std::mt19937 random(5);
  testing::ModelParts parts;
  parts.inputs = {{"words", {-1, 11}}};
  const auto add = [&](fb::OpAttributes type, std::vector<uint32_t> inputs) -> testing::OpParts& {
    testing::OpParts& op = parts.add(type);
    op.inputs = std::move(inputs);
    return op;
  };
  const auto dense = [&](uint32_t rows, uint32_t columns) {
    return parts.dense({rows, columns}, testing::random_values(random, size_t{rows} * columns));
  };
  add(fb::OpAttributes_Embedding, {0}).weight = dense(50, 16);  // makes value 1
  testing::OpParts& lstm = add(fb::OpAttributes_Lstm, {1});     // 2, 3, 4
  lstm.weight = dense(48, 16);
  lstm.recurrent = dense(48, 12);
  testing::OpParts& gru = add(fb::OpAttributes_Gru, {2});  // 5, 6
  gru.weight = dense(24, 12);
  gru.recurrent = dense(24, 8);
  add(fb::OpAttributes_Attention, {5, 5, 2});  // 7
  parts.outputs = {{"y", 7}};
  const uint32_t batch = 300;
  testing::Tensor input(batch * 11);
  for (float& word : input) word = static_cast<float>(random() % 50);
  expect_no_allocation(parts.build(), input, batch);
}

}  // namespace
}  // namespace dcm
