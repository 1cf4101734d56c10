#include "lowered_network.h"

#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/thread_pool.h"
#include "forced_isa.h"
#include "format/container.h"
#include "format/decode_weights.h"
#include "format/verify_weights.h"
#include "graph/build_graph.h"
#include "ops/op_rule.h"

namespace dcm::testing {
namespace {

// A network as it is before anything is planned.
struct Network {
  explicit Network(const Bytes& bytes) {
    Container file;
    check(file.open(bytes.data(), bytes.size(), budget));
    VisitMeter meter(file.bytes());
    check(verify_weights(file, budget, meter, &weights));
    check(build_graph(file.model(), weights, budget, meter, &graph));
    ThreadPool pool;
    check(decode_weights(file, {}, budget, pool, &weights));
  }

  static void check(const Status& status) {
    if (!status.ok()) throw std::runtime_error(status.text());
  }

  Site site(uint32_t op) const {
    Site site;
    site.graph = &graph;
    site.op = &graph.ops[op];
    for (uint32_t role = 0; role < kWeightRoles; ++role)
      if (site.op->weights[role] != kNoWeight) site.weights[role] = &weights[site.op->weights[role]];
    return site;
  }

  MemoryBudget budget{uint64_t{1} << 32};
  Array<Weight> weights;
  Graph graph;
};

class Buffers {
 public:
  ~Buffers() {
    for (auto& buffer : buffers_) BareDevice::shared().destroy(buffer.get());
  }

  DeviceBuffer* create(size_t words) {
    buffers_.push_back(std::make_unique<DeviceBuffer>(BareDevice::shared().create_buffer(words)));
    return buffers_.back().get();
  }
  DeviceBuffer* create(const Tensor& values) {
    DeviceBuffer* const buffer = create(values.size());
    std::memcpy(buffer->data(), values.data(), values.size() * sizeof(float));
    return buffer;
  }

 private:
  std::vector<std::unique_ptr<DeviceBuffer>> buffers_;
};

Tensor read(DeviceBuffer* buffer, size_t count) {
  Tensor values(count);
  std::memcpy(values.data(), buffer->data(), count * sizeof(float));
  return values;
}

}  // namespace

void OnEachVariant::TearDown() {
  const std::vector<std::string> complaints = BareDevice::shared().take_complaints();
  EXPECT_TRUE(complaints.empty()) << complaints.size() << " complaints, the first: " << complaints[0];
}

std::vector<Tensor> run_lowered(const ModelParts& parts, const std::vector<Tensor>& inputs, uint32_t batch,
                                uint32_t features) {
  Network network(parts.build());
  const Graph& graph = network.graph;
  BareDevice& device = BareDevice::shared();
  vulkan::Traits traits = device.traits();
  traits.features = features;
  Buffers buffers;
  std::vector<DeviceBuffer*> values;
  for (const Tensor& each : inputs) values.push_back(buffers.create(each));

  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Site site = network.site(i);
    const Op& op = *site.op;
    const Makes makes = op_rule(op.type).makes;
    if (makes == Makes::kInputView) {
      values.push_back(values[graph.input_of(op, 0)]);
      continue;
    }
    if (makes == Makes::kWeightView) {
      values.push_back(buffers.create(Tensor(site.weight().values.begin(), site.weight().values.end())));
      continue;
    }
    const vulkan::Lowering* const lowering = vulkan::find_lowering(op.type);
    if (lowering == nullptr) throw std::runtime_error("there is no lowering of the operator");
    if (lowering->refuses != nullptr && lowering->refuses(site, traits) != nullptr)
      throw std::runtime_error(lowering->refuses(site, traits));
    vulkan::Packed packed = {};
    DeviceBuffer* constants = nullptr;
    if (lowering->pack != nullptr) {
      vulkan::ConstantWriter count(nullptr);
      lowering->pack(site, count, &packed);
      constants = buffers.create(count.used());
      vulkan::ConstantWriter writer(constants->data());
      lowering->pack(site, writer, &packed);
      if (writer.used() != count.used()) throw std::runtime_error("packs other words than it counts");
    }
    std::vector<DeviceBuffer*> outputs, scratch;
    for (uint32_t k = 0; k < op.output_count; ++k)
      outputs.push_back(buffers.create(site.output(k).elements() * site.output(k).samples(batch)));
    vulkan::StepList steps(network.budget);
    lowering->lower(site, packed, site.output().samples(batch), traits, steps);
    Network::check(steps.status());
    for (uint32_t k = 0; k < steps.scratch_count(); ++k) scratch.push_back(buffers.create(steps.scratch_floats(k)));
    for (const vulkan::Step& step : steps) {
      DeviceBuffer* bindings[4] = {};
      for (uint32_t b = 0; b < 4; ++b) {
        const vulkan::Operand operand = step.bindings[b];
        if (operand.kind == vulkan::Operand::kInput) bindings[b] = values[graph.input_of(op, operand.index)];
        if (operand.kind == vulkan::Operand::kOutput) bindings[b] = outputs.at(operand.index);
        if (operand.kind == vulkan::Operand::kConstants) bindings[b] = constants;
        if (operand.kind == vulkan::Operand::kScratch) bindings[b] = scratch.at(operand.index);
      }
      device.run(step, features, bindings, /*most_groups=*/7);
    }
    values.insert(values.end(), outputs.begin(), outputs.end());
  }

  std::vector<Tensor> results;
  for (const Port& port : graph.outputs) {
    const Shape& shape = graph.shapes[port.value];
    results.push_back(read(values[port.value], shape.elements() * shape.samples(batch)));
  }
  return results;
}

void expect_as_on_cpu(const ModelParts& parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed,
                      uint32_t features, const std::vector<Tensor>& inputs, double tolerance) {
  ForcedIsa forced(Isa::kGeneric);
  const OneOp reference(parts, input_shapes, fixed);
  ASSERT_EQ(reference.code(), DCM_OK) << reference.text();
  const uint32_t batch = fixed ? 1 : input_shapes[0][0];
  const std::vector<Tensor> expected = reference.all(inputs);
  const std::vector<Tensor> found = run_lowered(reference.parts(), inputs, batch, features);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    expect_near(found[i], std::vector<double>(expected[i].begin(), expected[i].end()), tolerance);
}

void expect_as_on_cpu(const ModelParts& parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed,
                      uint32_t features, std::mt19937& random, double tolerance) {
  std::vector<Tensor> inputs;
  for (const auto& shape : input_shapes) inputs.push_back(random_tensor(random, shape));
  expect_as_on_cpu(parts, input_shapes, fixed, features, inputs, tolerance);
}

}  // namespace dcm::testing
