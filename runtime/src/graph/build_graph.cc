#include "graph/build_graph.h"

#include "format/text.h"
#include "graph/name_pool.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

class GraphBuilder {
 public:
  GraphBuilder(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget, VisitMeter& meter,
               Graph* graph)
      : model_(model), weights_(weights), budget_(budget), meter_(meter), graph_(*graph) {}

  Status build() {
    DCM_TRY(verify_counts());
    DCM_TRY(copy_names());
    DCM_TRY(graph_.shapes.allocate(budget_, uint64_t{model_.inputs()->size()} + model_.ops()->size()));
    for (uint32_t i = 0; i < graph_.inputs.size(); ++i)
      DCM_TRY(add_input(i).in("input '%s'", graph_.name(graph_.inputs[i].name)));
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) DCM_TRY(add_op(i));
    for (uint32_t i = 0; i < graph_.outputs.size(); ++i) DCM_TRY(add_output(i));
    return {};
  }

 private:
  Status verify_counts() const {
    if (model_.inputs()->size() == 0)
      return Status::error(DCM_GRAPH_REFERENCE, "the network has no inputs, expected at least 1");
    if (model_.ops()->size() == 0)
      return Status::error(DCM_GRAPH_REFERENCE, "the network has no operators, expected at least 1");
    if (model_.outputs()->size() == 0)
      return Status::error(DCM_GRAPH_REFERENCE, "the network has no outputs, expected at least 1");
    return {};
  }

  Status copy_names() {
    NamePool pool;
    DCM_TRY(meter_.visit(uint64_t{model_.inputs()->size()} + model_.outputs()->size() + model_.ops()->size(), 16));
    for (const auto* input : *model_.inputs()) DCM_TRY(pool.measure(input->name(), "the name of an input", meter_));
    for (const auto* output : *model_.outputs()) DCM_TRY(pool.measure(output->name(), "the name of an output", meter_));
    for (const auto* op : *model_.ops()) DCM_TRY(pool.measure(op->name(), "the name of an operator", meter_));
    DCM_TRY(verify_port_names(*model_.inputs(), "inputs"));
    DCM_TRY(verify_port_names(*model_.outputs(), "outputs"));

    DCM_TRY(pool.allocate(budget_, &graph_.names));
    DCM_TRY(graph_.inputs.allocate(budget_, model_.inputs()->size()));
    DCM_TRY(graph_.outputs.allocate(budget_, model_.outputs()->size()));
    DCM_TRY(graph_.ops.allocate(budget_, model_.ops()->size()));
    for (uint32_t i = 0; i < graph_.inputs.size(); ++i)
      graph_.inputs[i].name = pool.copy(model_.inputs()->Get(i)->name());
    for (uint32_t i = 0; i < graph_.outputs.size(); ++i)
      graph_.outputs[i].name = pool.copy(model_.outputs()->Get(i)->name());
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) graph_.ops[i].name = pool.copy(model_.ops()->Get(i)->name());
    return {};
  }

  template <typename Ports>
  Status verify_port_names(const Ports& ports, const char* what) {
    Array<const flatbuffers::String*> names;
    DCM_TRY(names.allocate(budget_, ports.size()));
    for (uint32_t i = 0; i < ports.size(); ++i) names[i] = ports.Get(i)->name();
    return verify_unique(names, what);
  }

  Status add_input(uint32_t i) {
    const auto& sizes = *model_.inputs()->Get(i)->shape();
    if (sizes.size() < 1 || sizes.size() > kMaxRank)
      return Status::error(DCM_GRAPH_SHAPE, "has %u dimensions, expected 1 to %u", sizes.size(), kMaxRank);
    const bool batched = sizes.Get(0) == -1;
    if (i > 0 && batched != graph_.batched)
      return Status::error(DCM_GRAPH_SHAPE, "has %s batch dimension, but an input before it has %s",
                           batched ? "a" : "no", batched ? "none" : "one");
    graph_.batched = batched;
    Shape& shape = graph_.shapes[i];
    shape.rank = sizes.size();
    for (uint32_t d = 0; d < shape.rank; ++d) {
      const int32_t size = d == 0 && batched ? 1 : sizes.Get(d);
      if (size < 1) return Status::error(DCM_GRAPH_SHAPE, "dimension %u is %d, expected at least 1", d, size);
      shape.dims[d] = static_cast<uint32_t>(size);
    }
    graph_.inputs[i].value = i;
    return verify_shape(shape);
  }

  Status add_op(uint32_t i) {
    const fb::Op& from = *model_.ops()->Get(i);
    const OpRule* rule = find_op_rule(from.attributes_type());
    if (rule == nullptr)
      return Status::error(DCM_GRAPH_OPERATOR, "operator %u '%s' has type %u: it needs a newer runtime", i,
                           graph_.name(graph_.ops[i].name), unsigned{from.attributes_type()});
    return add_known_op(from, *rule, i).in("%s '%s' (operator %u)", rule->type, graph_.name(graph_.ops[i].name), i);
  }

  Status add_known_op(const fb::Op& from, const OpRule& rule, uint32_t i) {
    Op& op = graph_.ops[i];
    op.type = static_cast<OpType>(from.attributes_type());
    op.output = static_cast<uint32_t>(graph_.inputs.size()) + i;
    DCM_TRY(add_op_inputs(from, rule, &op));
    DCM_TRY(rule.parse(from, &op));

    OpShapes shapes = {};
    for (uint32_t k = 0; k < rule.inputs; ++k) shapes.inputs[k] = &graph_.shapes[op.inputs[k]];
    if (rule.has_weight) {
      DCM_TRY(find_weight(op.weight, "weight", &shapes.weight));
      if (op.bias != kNoBias) DCM_TRY(find_weight(op.bias, "bias", &shapes.bias));
    }
    DCM_TRY(rule.infer(shapes, &op, &graph_.shapes[op.output]));
    return verify_shape(graph_.shapes[op.output]);
  }

  static Status add_op_inputs(const fb::Op& from, const OpRule& rule, Op* op) {
    const uint32_t count = from.inputs() == nullptr ? 1 : from.inputs()->size();
    if (count != rule.inputs)
      return Status::error(DCM_GRAPH_REFERENCE, "reads %u values, expected %u", count, rule.inputs);
    for (uint32_t k = 0; k < count; ++k) {
      op->inputs[k] = from.inputs() == nullptr ? op->output - 1 : from.inputs()->Get(k);
      if (op->inputs[k] >= op->output)
        return Status::error(DCM_GRAPH_REFERENCE, "reads value %u, expected one before its own, %u", op->inputs[k],
                             op->output);
    }
    return {};
  }

  Status find_weight(uint32_t index, const char* role, const Weight** weight) const {
    if (index >= weights_.size())
      return Status::error(DCM_GRAPH_REFERENCE, "its %s is weight %u of %zu", role, index, weights_.size());
    *weight = &weights_[index];
    return {};
  }

  Status add_output(uint32_t i) {
    Port& output = graph_.outputs[i];
    output.value = model_.outputs()->Get(i)->value();
    if (output.value >= graph_.shapes.size())
      return Status::error(DCM_GRAPH_REFERENCE, "output '%s' is value %u of %zu", graph_.name(output.name),
                           output.value, graph_.shapes.size());
    return {};
  }

  const fb::Model& model_;
  const Array<Weight>& weights_;
  MemoryBudget& budget_;
  VisitMeter& meter_;
  Graph& graph_;
};

}  // namespace

Status build_graph(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget, VisitMeter& meter,
                   Graph* graph) {
  return GraphBuilder(model, weights, budget, meter, graph).build();
}

Status verify_metadata(const fb::Metadata* metadata, MemoryBudget& budget, VisitMeter& meter) {
  if (metadata == nullptr) return {};
  DCM_TRY(verify_text(metadata->producer(), "the producer", meter));
  DCM_TRY(meter.visit(uint64_t{vector_size(metadata->labels())} + vector_size(metadata->entries()), 8));
  if (metadata->labels() != nullptr)
    for (const auto* label : *metadata->labels()) DCM_TRY(verify_text(label, "a label", meter));
  if (metadata->entries() == nullptr) return {};
  Array<const flatbuffers::String*> keys;
  DCM_TRY(keys.allocate(budget, metadata->entries()->size()));
  for (uint32_t i = 0; i < keys.size(); ++i) {
    const fb::Entry& entry = *metadata->entries()->Get(i);
    DCM_TRY(verify_text(entry.key(), "a metadata key", meter));
    DCM_TRY(verify_text(entry.value(), "a metadata value", meter));
    keys[i] = entry.key();
  }
  return verify_unique(keys, "metadata entries");
}

}  // namespace dcm
