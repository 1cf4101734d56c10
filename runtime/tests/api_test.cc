// dcmobile.h: every function, and what a caller can do wrong.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "small_network.h"
#include "temporary_file.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::ContextPointer;
using testing::ModelPointer;
using testing::Tensor;

const Bytes& small_file() {
  static const Bytes bytes = testing::small_network().build();
  return bytes;
}

class Api : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::Opened opened = testing::open_bytes(small_file());
    ASSERT_EQ(opened.code, DCM_OK) << opened.text;
    model_ = std::move(opened.model);
    dcm_context* created;
    ASSERT_EQ(dcm_context_create(model_.get(), nullptr, &created, nullptr), DCM_OK);
    context_.reset(created);
  }

  // Runs with the given buffers and returns the code.
  int run(const float* input, size_t input_size, float* output, size_t output_size) {
    return dcm_context_run(context_.get(), &input, &input_size, 1, &output, &output_size, 1, &error_);
  }

  ModelPointer model_;
  ContextPointer context_;
  dcm_error error_ = {};
};

TEST(Opening, PathDescriptorAndMemoryGiveTheSameResults) {
  const Tensor input = testing::small_input(1);
  const std::vector<Tensor> expected = testing::run_model(testing::open_bytes(small_file()).model.get(), {input});

  const testing::TemporaryFile file(small_file());
  dcm_model* opened;
  dcm_error error = {};
  ASSERT_EQ(dcm_model_open(file.path().c_str(), nullptr, &opened, &error), DCM_OK) << error.text;
  EXPECT_EQ(testing::run_model(ModelPointer(opened).get(), {input}), expected);

  for (size_t lead : {0u, 1u, 2u, 3u, 4u, 16u, 4095u, 4096u, 5001u}) {  // as an asset inside an archive, at any offset
    Bytes archive(lead, 0xCC);
    archive.insert(archive.end(), small_file().begin(), small_file().end());
    const Bytes memory = archive;
    archive.insert(archive.end(), 777, 0xDD);
    const testing::TemporaryFile packed(archive);
    const int fd = open(packed.path().c_str(), O_RDONLY);
    ASSERT_EQ(dcm_model_open_fd(fd, lead, small_file().size(), nullptr, &opened, &error), DCM_OK) << error.text;
    close(fd);
    EXPECT_EQ(testing::run_model(ModelPointer(opened).get(), {input}), expected) << lead;
    ASSERT_EQ(dcm_model_open_memory(memory.data() + lead, memory.size() - lead, nullptr, &opened, &error), DCM_OK)
        << error.text;
    EXPECT_EQ(testing::run_model(ModelPointer(opened).get(), {input}), expected) << lead;
  }
}

TEST(Opening, MemoryMayBeOverwrittenAfterwards) {
  const Tensor input = testing::small_input(1);
  Bytes bytes = small_file();
  testing::Opened opened = testing::open_bytes(bytes);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  const std::vector<Tensor> expected = testing::run_model(opened.model.get(), {input});
  std::fill(bytes.begin(), bytes.end(), 0xFF);
  EXPECT_EQ(testing::run_model(opened.model.get(), {input}), expected);
  dcm_op_info info;
  ASSERT_EQ(dcm_model_op(opened.model.get(), 6, &info, nullptr), DCM_OK);
  EXPECT_STREQ(info.name, "classifier");
}

TEST(Opening, FilesThatCannotBeRead) {
  dcm_model* model = reinterpret_cast<dcm_model*>(1);
  dcm_error error = {};
  EXPECT_EQ(dcm_model_open("/no/such/file.dcmodel", nullptr, &model, &error), DCM_FILE_IO);
  EXPECT_EQ(error.code, DCM_FILE_IO);
  EXPECT_NE(std::string(error.text).find("/no/such/file.dcmodel"), std::string::npos) << error.text;
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(dcm_model_open("/", nullptr, &model, &error), DCM_FILE_IO);
  EXPECT_NE(std::string(error.text).find("not a regular file"), std::string::npos) << error.text;
  EXPECT_EQ(dcm_model_open_fd(-1, 0, 10, nullptr, &model, &error), DCM_FILE_IO);

  const testing::TemporaryFile file(small_file());
  EXPECT_EQ(dcm_model_open_fd(file.fd(), 0, small_file().size() + 1, nullptr, &model, &error), DCM_FILE_IO);
  EXPECT_EQ(dcm_model_open_fd(file.fd(), UINT64_MAX, 2, nullptr, &model, &error), DCM_FILE_IO);
  EXPECT_EQ(dcm_model_open_fd(file.fd(), 1, UINT64_MAX, nullptr, &model, &error), DCM_FILE_IO);
  EXPECT_EQ(dcm_model_open_fd(file.fd(), 0, 0, nullptr, &model, &error), DCM_FILE_FORMAT);
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  EXPECT_EQ(dcm_model_open_fd(pipes[0], 0, 10, nullptr, &model, &error), DCM_FILE_IO);
  close(pipes[0]);
  close(pipes[1]);
  const testing::TemporaryFile empty({});
  EXPECT_EQ(dcm_model_open(empty.path().c_str(), nullptr, &model, &error), DCM_FILE_FORMAT);
}

TEST(Opening, NullPointers) {
  dcm_model* model = reinterpret_cast<dcm_model*>(1);
  dcm_error error = {};
  EXPECT_EQ(dcm_model_open(nullptr, nullptr, &model, &error), DCM_CALL_ARGUMENT);
  EXPECT_EQ(model, nullptr);
  EXPECT_NE(std::string(error.text).find("path"), std::string::npos);
  EXPECT_EQ(dcm_model_open_memory(nullptr, 10, nullptr, &model, &error), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_open("x", nullptr, nullptr, &error), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_open("x", nullptr, nullptr, nullptr), DCM_CALL_ARGUMENT);
  dcm_model_close(nullptr);
  dcm_context_destroy(nullptr);
}

TEST(Options, OutOfRange) {
  const auto code = [](auto&& change) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    change(options);
    return testing::open_bytes(small_file(), &options).code;
  };
  EXPECT_EQ(code([](dcm_options&) {}), DCM_OK);
  EXPECT_EQ(code([](dcm_options& o) { o.threads = 0; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.threads = 65; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.threads = 64; }), DCM_OK);
  EXPECT_EQ(code([](dcm_options& o) { o.skip_checksum = 2; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.profile = 2; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.struct_size = 0; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.struct_size = 0xFFFFFFFF; }), DCM_CALL_ARGUMENT);
  EXPECT_EQ(code([](dcm_options& o) { o.memory_limit = 100; }), DCM_MACHINE_LIMIT);
}

TEST(Options, OfANewerHeader) {
  struct Longer {
    dcm_options known;
    uint64_t later;
  } options = {DCM_OPTIONS_DEFAULT, 0};
  options.known.struct_size = sizeof options;
  EXPECT_EQ(testing::open_bytes(small_file(), &options.known).code, DCM_OK);
  options.later = 1;
  EXPECT_EQ(testing::open_bytes(small_file(), &options.known).code, DCM_CALL_ARGUMENT);
}

TEST_F(Api, Names) {
  EXPECT_EQ(dcm_model_input_count(model_.get()), 1u);
  EXPECT_EQ(dcm_model_output_count(model_.get()), 1u);
  size_t index = 77;
  EXPECT_EQ(dcm_model_find_input(model_.get(), "picture", &index, &error_), DCM_OK);
  EXPECT_EQ(index, 0u);
  EXPECT_EQ(dcm_model_find_output(model_.get(), "scores", &index, &error_), DCM_OK);
  index = 77;
  EXPECT_EQ(dcm_model_find_output(model_.get(), "picture", &index, &error_), DCM_CALL_NAME);
  EXPECT_EQ(index, 0u);
  EXPECT_NE(std::string(error_.text).find("picture"), std::string::npos);
  EXPECT_NE(std::string(error_.text).find("scores"), std::string::npos);
  EXPECT_EQ(dcm_model_find_input(model_.get(), nullptr, &index, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_find_input(model_.get(), "x", nullptr, &error_), DCM_CALL_ARGUMENT);
  dcm_tensor_info info;
  EXPECT_EQ(dcm_model_input(model_.get(), 1, &info, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(info.name, nullptr);
  EXPECT_EQ(dcm_model_input(nullptr, 0, &info, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_input(model_.get(), 0, nullptr, &error_), DCM_CALL_ARGUMENT);
}

TEST(Metadata, LabelsAndEntries) {
  testing::ModelParts parts = testing::small_network();
  parts.labels = {"cat", "", "V\xC3\xB6gel"};
  parts.entries = {{"zebra", "1"}, {"dcmobile.image", "resize=8 grey"}, {"", ""}};
  Bytes bytes = parts.build();
  const testing::Opened opened = testing::open_bytes(bytes);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  std::fill(bytes.begin(), bytes.end(), 0xFF);  // the model has its own copies
  const dcm_model* model = opened.model.get();

  ASSERT_EQ(dcm_model_label_count(model), parts.labels.size());
  for (size_t i = 0; i < parts.labels.size(); ++i) {
    const char* label = nullptr;
    ASSERT_EQ(dcm_model_label(model, i, &label, nullptr), DCM_OK);
    EXPECT_EQ(label, parts.labels[i]);
  }
  ASSERT_EQ(dcm_model_metadata_count(model), parts.entries.size());
  for (size_t i = 0; i < parts.entries.size(); ++i) {
    const char *key = nullptr, *value = nullptr;
    ASSERT_EQ(dcm_model_metadata(model, i, &key, &value, nullptr), DCM_OK);
    EXPECT_EQ(std::make_pair(std::string(key), std::string(value)), parts.entries[i]);
  }
}

TEST(Metadata, ThereNeedNotBeAny) {
  testing::ModelParts parts = testing::small_network();
  parts.labels.clear();
  parts.entries.clear();
  const testing::Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(dcm_model_label_count(opened.model.get()), 0u);
  EXPECT_EQ(dcm_model_metadata_count(opened.model.get()), 0u);
}

TEST_F(Api, MetadataThatIsNotThere) {
  EXPECT_EQ(dcm_model_label_count(nullptr), 0u);
  EXPECT_EQ(dcm_model_metadata_count(nullptr), 0u);
  const char *label = "x", *key = "x", *value = "x";
  EXPECT_EQ(dcm_model_label(model_.get(), 3, &label, &error_), DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error_.text, "label 3 does not exist: the model has 3");
  EXPECT_EQ(label, nullptr);
  EXPECT_EQ(dcm_model_metadata(model_.get(), 1, &key, &value, &error_), DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error_.text, "metadata entry 1 does not exist: the model has 1");
  EXPECT_EQ(key, nullptr);
  EXPECT_EQ(value, nullptr);
  EXPECT_EQ(dcm_model_label(nullptr, 0, &label, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_label(model_.get(), 0, nullptr, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_metadata(nullptr, 0, &key, &value, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_metadata(model_.get(), 0, nullptr, &value, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_metadata(model_.get(), 0, &key, nullptr, &error_), DCM_CALL_ARGUMENT);
}

TEST_F(Api, OperatorsOfThePlan) {
  const char* const expected[][3] = {{"features.0", "Conv2d", "conv2d_sparse_"},
                                     {"features.1", "Conv2d", "conv2d_dense_shared_"},
                                     {"residual", "Add", "add_"},
                                     {"relu", "Relu", "relu_"},
                                     {"pool", "MaxPool2d", "max_pool2d_"},
                                     {"flatten", "Flatten", "flatten_view"},
                                     {"classifier", "Linear", "linear_sparse_"},
                                     {"softmax", "Softmax", "softmax_"}};
  ASSERT_EQ(dcm_model_op_count(model_.get()), 8u);
  dcm_op_info info;
  for (size_t i = 0; i < 8; ++i) {
    ASSERT_EQ(dcm_model_op(model_.get(), i, &info, &error_), DCM_OK);
    EXPECT_STREQ(info.name, expected[i][0]);
    EXPECT_STREQ(info.type, expected[i][1]);
    EXPECT_EQ(std::string(info.kernel).rfind(expected[i][2], 0), 0u) << info.kernel;  // then comes the instruction set
    EXPECT_NE(std::string(info.reason), "");
    EXPECT_EQ(info.outputs, 1u);
    EXPECT_EQ(info.macs > 0, std::string(info.type) == "Conv2d" || std::string(info.type) == "Linear");
  }
  EXPECT_EQ(dcm_model_op(model_.get(), 8, &info, &error_), DCM_CALL_ARGUMENT);
}

TEST_F(Api, ShapesBetweenOperators) {
  const std::vector<int64_t> expected[] = {{-1, 4, 6, 6}, {-1, 4, 6, 6}, {-1, 4, 6, 6}, {-1, 4, 6, 6},
                                           {-1, 4, 3, 3}, {-1, 36},      {-1, 3},       {-1, 3}};
  dcm_tensor_info info;
  for (size_t i = 0; i < 8; ++i) {
    ASSERT_EQ(dcm_model_op_output(model_.get(), i, 0, &info, &error_), DCM_OK);
    EXPECT_EQ(std::vector<int64_t>(info.dims, info.dims + info.rank), expected[i]) << i;
  }
  EXPECT_STREQ(info.name, "softmax");
  EXPECT_EQ(dcm_model_op_output(model_.get(), 7, 1, &info, &error_), DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error_.text, "output 1 of operator 7 does not exist: it makes 1");
  EXPECT_EQ(info.name, nullptr);
  EXPECT_EQ(dcm_model_op_output(model_.get(), 8, 0, &info, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_op_output(nullptr, 0, 0, &info, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_model_op_output(model_.get(), 0, 0, nullptr, &error_), DCM_CALL_ARGUMENT);
}

TEST_F(Api, RunRefusesWrongBuffers) {
  Tensor input(72), output(3);
  EXPECT_EQ(run(input.data(), 72, output.data(), 3), DCM_OK);
  EXPECT_EQ(run(input.data(), 71, output.data(), 3), DCM_CALL_SHAPE);
  EXPECT_STREQ(error_.text, "the buffer of input 'picture' has 71 floats, expected 72 for batch 1");
  EXPECT_EQ(run(input.data(), 73, output.data(), 3), DCM_CALL_SHAPE);
  EXPECT_EQ(run(input.data(), 72, output.data(), 2), DCM_CALL_SHAPE);
  EXPECT_EQ(run(nullptr, 72, output.data(), 3), DCM_CALL_ARGUMENT);
  EXPECT_EQ(run(input.data(), 72, nullptr, 3), DCM_CALL_ARGUMENT);
  const float* inputs[] = {input.data(), input.data()};
  float* outputs[] = {output.data(), output.data()};
  const size_t input_sizes[] = {72, 72}, output_sizes[] = {3, 3};
  EXPECT_EQ(dcm_context_run(context_.get(), inputs, input_sizes, 2, outputs, output_sizes, 1, &error_),
            DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error_.text, "2 inputs given, expected 1");
  EXPECT_EQ(dcm_context_run(context_.get(), inputs, input_sizes, 1, outputs, output_sizes, 0, &error_),
            DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_run(context_.get(), nullptr, input_sizes, 1, outputs, output_sizes, 1, &error_),
            DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_run(context_.get(), inputs, input_sizes, 1, outputs, nullptr, 1, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_run(nullptr, inputs, input_sizes, 1, outputs, output_sizes, 1, nullptr), DCM_CALL_ARGUMENT);
}

TEST_F(Api, SuccessLeavesTheErrorAlone) {
  std::strcpy(error_.text, "untouched");
  Tensor input(72), output(3);
  EXPECT_EQ(run(input.data(), 72, output.data(), 3), DCM_OK);
  EXPECT_STREQ(error_.text, "untouched");
}

TEST_F(Api, Batches) {
  const uint64_t one = dcm_context_arena_bytes(context_.get());
  EXPECT_GT(one, 0u);
  EXPECT_EQ(dcm_context_set_batch(context_.get(), 0, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_arena_bytes(context_.get()), one);
  EXPECT_EQ(dcm_context_set_batch(context_.get(), 8, &error_), DCM_OK);
  EXPECT_GT(dcm_context_arena_bytes(context_.get()), 4 * one);
  Tensor input(72 * 8), output(3 * 8);
  EXPECT_EQ(run(input.data(), 72, output.data(), 3), DCM_CALL_SHAPE);
  EXPECT_EQ(run(input.data(), input.size(), output.data(), output.size()), DCM_OK);
  EXPECT_EQ(dcm_context_set_batch(nullptr, 1, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(dcm_context_arena_bytes(nullptr), 0u);
}

TEST_F(Api, ALargeBatchRunsInSlices) {
  const uint32_t batch = 3001;
  const Tensor input = testing::small_input(batch);
  Tensor output(3 * batch);
  ASSERT_EQ(dcm_context_set_batch(context_.get(), batch, &error_), DCM_OK) << error_.text;
  EXPECT_LE(dcm_context_arena_bytes(context_.get()), 1u << 20);
  ASSERT_EQ(run(input.data(), input.size(), output.data(), output.size()), DCM_OK) << error_.text;
  for (const uint32_t n : {0u, 1u, 700u, 1499u, 2999u, 3000u}) {
    const Tensor sample(input.begin() + n * 72, input.begin() + (n + 1) * 72);
    EXPECT_EQ(Tensor(output.begin() + n * 3, output.begin() + (n + 1) * 3),
              testing::run_model(model_.get(), {sample})[0])
        << n;
  }
}

TEST_F(Api, TheMemoryLimitHoldsForAnyBatch) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = 16 << 10;
  dcm_context* created;
  ASSERT_EQ(dcm_context_create(model_.get(), &options, &created, &error_), DCM_OK) << error_.text;
  context_.reset(created);
  for (const uint32_t batch : {2u, 50u, 1000u, UINT32_MAX, 100u}) {
    ASSERT_EQ(dcm_context_set_batch(context_.get(), batch, &error_), DCM_OK) << error_.text;
    EXPECT_LE(dcm_context_arena_bytes(context_.get()), options.memory_limit);
  }
  const Tensor input = testing::small_input(100);
  Tensor output(3 * 100);
  ASSERT_EQ(run(input.data(), input.size(), output.data(), output.size()), DCM_OK) << error_.text;
  EXPECT_EQ(output, testing::run_model(model_.get(), {input}, 100)[0]);
}

TEST_F(Api, AContextThatDoesNotFitIsRefused) {
  const uint64_t arena = dcm_context_arena_bytes(context_.get());
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = arena;  // and nothing for the offsets
  dcm_context* created = reinterpret_cast<dcm_context*>(1);
  EXPECT_EQ(dcm_context_create(model_.get(), &options, &created, &error_), DCM_MACHINE_LIMIT);
  EXPECT_NE(std::string(error_.text).find("memory_limit"), std::string::npos) << error_.text;
  EXPECT_EQ(created, nullptr);
}

TEST(FixedBatch, CannotBeChanged) {
  testing::ModelParts parts;
  parts.inputs = {{"x", {2, 3}}};
  parts.add(testing::fb::OpAttributes_Relu);
  parts.outputs = {{"y", 1}};
  const testing::Opened opened = testing::open_bytes(parts.build());
  dcm_context* created;
  dcm_error error = {};
  ASSERT_EQ(dcm_context_create(opened.model.get(), nullptr, &created, &error), DCM_OK);
  const ContextPointer context(created);
  EXPECT_EQ(dcm_context_set_batch(context.get(), 1, &error), DCM_OK);
  EXPECT_EQ(dcm_context_set_batch(context.get(), 2, &error), DCM_CALL_SHAPE);
}

TEST_F(Api, ContextNeedsAModel) {
  dcm_context* context = reinterpret_cast<dcm_context*>(1);
  EXPECT_EQ(dcm_context_create(nullptr, nullptr, &context, &error_), DCM_CALL_ARGUMENT);
  EXPECT_EQ(context, nullptr);
  EXPECT_EQ(dcm_context_create(model_.get(), nullptr, nullptr, &error_), DCM_CALL_ARGUMENT);
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = 100;
  EXPECT_EQ(dcm_context_create(model_.get(), &options, &context, &error_), DCM_CALL_ARGUMENT);
}

TEST(NullModel, AnswersNothing) {
  EXPECT_EQ(dcm_model_input_count(nullptr), 0u);
  EXPECT_EQ(dcm_model_output_count(nullptr), 0u);
  EXPECT_EQ(dcm_model_op_count(nullptr), 0u);
  EXPECT_EQ(dcm_model_gives_probabilities(nullptr), 0);
  dcm_load_info info;
  std::memset(&info, 0xFF, sizeof info);
  dcm_model_load_info(nullptr, &info);
  EXPECT_EQ(info.file_bytes, 0u);
  dcm_model_load_info(nullptr, nullptr);
}

TEST(Library, VersionsAndCodeNames) {
  EXPECT_STREQ(dcm_version(), "0.1.0");
  EXPECT_EQ(dcm_format_version(), 2u);
  EXPECT_STREQ(dcm_code_name(DCM_OK), "OK");
  EXPECT_STREQ(dcm_code_name(DCM_FILE_CHECKSUM), "FILE_CHECKSUM");
  EXPECT_STREQ(dcm_code_name(DCM_CALL_SHAPE), "CALL_SHAPE");
  EXPECT_STREQ(dcm_code_name(199), "UNKNOWN");
  EXPECT_STREQ(dcm_code_name(-1), "UNKNOWN");
}

struct Runner {
  const dcm_model* model;
  Tensor input;
  std::vector<Tensor> outputs;
};

void* run_often(void* argument) {
  Runner& runner = *static_cast<Runner*>(argument);
  dcm_context* context = nullptr;
  if (dcm_context_create(runner.model, nullptr, &context, nullptr) != DCM_OK) return nullptr;
  for (int i = 0; i < 200; ++i)
    runner.outputs.push_back(testing::run_context(runner.model, context, {runner.input}, 1).at(0));
  dcm_context_destroy(context);
  return nullptr;
}

TEST_F(Api, TwoThreadsWithAContextEach) {
  Runner runners[2] = {{model_.get(), testing::small_input(1, 5), {}}, {model_.get(), testing::small_input(1, 6), {}}};
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) ASSERT_EQ(pthread_create(&threads[i], nullptr, run_often, &runners[i]), 0);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  for (const Runner& runner : runners) {
    const Tensor expected = testing::run_model(model_.get(), {runner.input}).at(0);
    ASSERT_EQ(runner.outputs.size(), 200u);
    for (const Tensor& output : runner.outputs) ASSERT_EQ(output, expected);
  }
}

}  // namespace
}  // namespace dcm
