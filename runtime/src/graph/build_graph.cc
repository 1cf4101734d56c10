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
    DCM_TRY(allocate_values());
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
    // Fits: three numbers of 32 bits.
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

  // Numbers of values follow from the operators' types alone.
  Status allocate_values() {
    Checked values = model_.inputs()->size();
    Checked reads = 0;
    for (uint32_t i = 0; i < model_.ops()->size(); ++i) {
      const fb::Op& op = *model_.ops()->Get(i);
      const OpRule* rule = find_op_rule(op.attributes_type());
      if (rule == nullptr)
        return Status::error(DCM_GRAPH_OPERATOR, "operator %u '%s' has type %u: it needs a newer runtime", i,
                             graph_.name(graph_.ops[i].name), unsigned{op.attributes_type()});
      values += rule->outputs;
      DCM_TRY(meter_.visit(input_count(op), sizeof(uint32_t)));
      reads += input_count(op);
    }
    if (!values.within(UINT32_MAX) || !reads.within(UINT32_MAX))
      return Status::error(DCM_MACHINE_LIMIT, "the network has 2^32 values or more");
    DCM_TRY(graph_.shapes.allocate(budget_, values));
    return graph_.op_inputs.allocate(budget_, reads);
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
    shape.batched = batched;
    graph_.inputs[i].value = i;
    next_value_ = i + 1;
    return verify_shape(shape);
  }

  Status add_op(uint32_t i) {
    const fb::Op& from = *model_.ops()->Get(i);
    const OpRule& rule = *find_op_rule(from.attributes_type());
    return add_op(from, rule, &graph_.ops[i])
        .in("%s '%s' (operator %u)", rule.type, graph_.name(graph_.ops[i].name), i);
  }

  Status add_op(const fb::Op& from, const OpRule& rule, Op* op) {
    op->type = static_cast<OpType>(from.attributes_type());
    op->first_output = next_value_;
    op->output_count = rule.outputs;
    next_value_ += rule.outputs;  // Fits: allocate_values() has added them up
    DCM_TRY(add_op_inputs(from, rule, op));
    DCM_TRY(rule.parse(from, op));

    Site site;
    site.graph = &graph_;
    site.op = op;
    for (uint32_t role = 0; role < kWeightRoles; ++role)
      DCM_TRY(find_weight(*op, rule, static_cast<WeightRole>(role), &site.weights[role]));
    Shape outputs[kMaxOpOutputs];
    DCM_TRY(rule.infer(site, op, outputs));
    bool batched = false;
    for (uint32_t k = 0; k < op->input_count; ++k) batched |= site.input(k).batched;
    for (uint32_t k = 0; k < rule.outputs; ++k) {
      outputs[k].batched = batched;
      DCM_TRY(verify_shape(outputs[k]));
      if (batched && outputs[k].dims[0] != 1)  // every rule has refused this already
        return Status::error(DCM_GRAPH_SHAPE, "makes %u samples of one", outputs[k].dims[0]);
      graph_.shapes[op->first_output + k] = outputs[k];  // Fits: allocate_values() made room
    }
    return {};
  }

  Status add_op_inputs(const fb::Op& from, const OpRule& rule, Op* op) {
    op->first_input = next_input_;
    op->input_count = input_count(from);
    next_input_ += op->input_count;  // Fits: allocate_values() has added them up
    const Arity arity = rule.inputs;
    if (op->input_count < arity.least || op->input_count > arity.most) {
      if (arity.least == arity.most)
        return Status::error(DCM_GRAPH_REFERENCE, "reads %u values, expected %u", op->input_count, arity.least);
      if (arity.most == kAnyNumber)
        return Status::error(DCM_GRAPH_REFERENCE, "reads %u values, expected at least %u", op->input_count,
                             arity.least);
      return Status::error(DCM_GRAPH_REFERENCE, "reads %u values, expected %u to %u", op->input_count, arity.least,
                           arity.most);
    }
    for (uint32_t k = 0; k < op->input_count; ++k) {
      // A file that says nothing means the newest value; there is one, since a network has inputs.
      const uint32_t value = from.inputs() == nullptr ? op->first_output - 1 : from.inputs()->Get(k);
      if (value >= op->first_output)
        return Status::error(DCM_GRAPH_REFERENCE, "reads value %u, expected one before its own, %u", value,
                             op->first_output);
      graph_.op_inputs[op->first_input + k] = value;  // Fits: allocate_values() made room
    }
    return {};
  }

  static uint32_t input_count(const fb::Op& op) { return op.inputs() == nullptr ? 1 : op.inputs()->size(); }

  Status find_weight(const Op& op, const OpRule& rule, WeightRole role, const Weight** weight) const {
    const WeightUse use = rule.weights[role];
    const uint32_t index = op.weights[role];
    if (use == WeightUse::kNone || (use == WeightUse::kDenseOrNone && index == kNoWeight)) return {};
    const char* name = weight_role_name(role);
    if (index >= weights_.size())
      return Status::error(DCM_GRAPH_REFERENCE, "its %s is weight %u of %zu", name, index, weights_.size());
    *weight = &weights_[index];
    if (use != WeightUse::kAnyForm && (*weight)->form != WeightForm::kDense)
      return Status::error(DCM_GRAPH_REFERENCE, "its %s is a %s weight, expected a dense one", name,
                           weight_form_name((*weight)->form));
    return {};
  }

  Status add_output(uint32_t i) {
    Port& output = graph_.outputs[i];
    output.value = model_.outputs()->Get(i)->value();
    if (output.value >= graph_.shapes.size())
      return Status::error(DCM_GRAPH_REFERENCE, "output '%s' is value %u of %zu", graph_.name(output.name),
                           output.value, graph_.shapes.size());
    if (graph_.batched && !graph_.shapes[output.value].batched)
      return Status::error(DCM_GRAPH_SHAPE,
                           "output '%s' has shape %s, expected the batch first: it depends on no input",
                           graph_.name(output.name), ShapeText(graph_.shapes[output.value]).text);
    return {};
  }

  const fb::Model& model_;
  const Array<Weight>& weights_;
  MemoryBudget& budget_;
  VisitMeter& meter_;
  Graph& graph_;
  uint32_t next_value_ = 0, next_input_ = 0;
};

}  // namespace

Status build_graph(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget, VisitMeter& meter,
                   Graph* graph) {
  return GraphBuilder(model, weights, budget, meter, graph).build();
}

}  // namespace dcm
