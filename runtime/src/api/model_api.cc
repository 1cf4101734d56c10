// The functions of dcmobile.h about models.
#include <cstring>

#include "api/model.h"
#include "api/options.h"
#include "api/report.h"
#include "core/clock.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

// open(budget, source) makes the bytes readable.
template <typename Open>
Status open_model(const dcm_options* options, dcm_model** model, Open&& open) {
  DCM_TRY(verify_pointer(model, "model"));
  *model = nullptr;
  const Result<dcm_options> checked = read_options(options);
  if (!checked.ok()) return checked.status();
  dcm_model* opened = create<dcm_model>(checked.value().memory_limit);
  if (opened == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a model");

  Status status;
  {
    DataSource source;
    const uint64_t start = monotonic_ns();
    status = open(opened->budget, source);
    opened->load_info.map_ns = monotonic_ns() - start;
    if (status.ok()) status = opened->load(source, checked.value());
  }
  if (!status.ok()) {
    destroy(opened);
    return status;
  }
  *model = opened;
  return {};
}

void fill_info(const char* name, const Shape& shape, dcm_tensor_info* info) {
  info->name = name;
  info->rank = shape.rank;
  for (uint32_t i = 0; i < shape.rank; ++i) info->dims[i] = shape.dims[i];
  if (shape.batched) info->dims[0] = -1;
}

Status verify_index(const char* kind, size_t index, size_t count) {
  if (index < count) return {};
  return Status::error(DCM_CALL_ARGUMENT, "%s %zu does not exist: the model has %zu", kind, index, count);
}

Status describe(const dcm_model* model, const Array<Port> Graph::* ports, const char* kind, size_t index,
                dcm_tensor_info* info) {
  DCM_TRY(verify_pointer(info, "info"));
  *info = {};
  DCM_TRY(verify_pointer(model, "model"));
  const Graph& graph = model->graph;
  DCM_TRY(verify_index(kind, index, (graph.*ports).size()));
  const Port& port = (graph.*ports)[index];
  fill_info(graph.name(port.name), graph.shapes[port.value], info);
  return {};
}

Status find(const dcm_model* model, const Array<Port> Graph::* ports, const char* kind, const char* name,
            size_t* index) {
  DCM_TRY(verify_pointer(index, "index"));
  *index = 0;
  DCM_TRY(verify_pointer(model, "model"));
  DCM_TRY(verify_pointer(name, "name"));
  const Graph& graph = model->graph;
  for (size_t i = 0; i < (graph.*ports).size(); ++i)
    if (std::strcmp(graph.name((graph.*ports)[i].name), name) == 0) {
      *index = i;
      return {};
    }
  return Status::error(DCM_CALL_NAME, "the model has no %s '%.80s'; its first is '%.80s'", kind, name,
                       graph.name((graph.*ports)[0].name));
}

Status find_label(const dcm_model* model, size_t index, const char** label) {
  DCM_TRY(verify_pointer(label, "label"));
  *label = nullptr;
  DCM_TRY(verify_pointer(model, "model"));
  const Metadata& metadata = model->metadata;
  DCM_TRY(verify_index("label", index, metadata.labels.size()));
  *label = metadata.text(metadata.labels[index]);
  return {};
}

Status find_entry(const dcm_model* model, size_t index, const char** key, const char** value) {
  DCM_TRY(verify_pointer(key, "key"));
  *key = nullptr;
  DCM_TRY(verify_pointer(value, "value"));
  *value = nullptr;
  DCM_TRY(verify_pointer(model, "model"));
  const Metadata& metadata = model->metadata;
  DCM_TRY(verify_index("metadata entry", index, metadata.entries.size()));
  *key = metadata.text(metadata.entries[index].key);
  *value = metadata.text(metadata.entries[index].value);
  return {};
}

Status find_op(const dcm_model* model, size_t index, const PlannedOp** planned) {
  DCM_TRY(verify_pointer(model, "model"));
  DCM_TRY(verify_index("operator", index, model->plan.ops.size()));
  *planned = &model->plan.ops[index];
  return {};
}

bool gives_probabilities(const Graph& graph) {
  const uint32_t value = graph.outputs[0].value;
  for (const Op& op : graph.ops)
    if (value >= op.first_output && value < op.first_output + op.output_count)
      return op.type == OpType::kSoftmax || op.type == OpType::kSigmoid || op.activation == Activation::kSigmoid;
  return false;
}

uint64_t weight_bytes(const PlannedOp& planned) {
  uint64_t bytes = planned.prepared.size();
  for (const Weight* weight : planned.site.weights)
    if (weight != nullptr) bytes += weight->bytes();
  return bytes;
}

Status describe_op(const dcm_model* model, size_t index, dcm_op_info* info) {
  DCM_TRY(verify_pointer(info, "info"));
  *info = {};
  const PlannedOp* planned = nullptr;
  DCM_TRY(find_op(model, index, &planned));
  const Op& op = *planned->site.op;
  *info = {model->graph.name(op.name),
           op_rule(op.type).type,
           planned->kernel->name,
           planned->reason,
           planned->macs,
           op.output_count,
           weight_bytes(*planned),
           planned->expected_ns,
           planned->other == nullptr ? nullptr : planned->other->name,
           planned->other_ns};
  return {};
}

Status describe_placement(const dcm_model* model, size_t index, dcm_op_placement* placement) {
  DCM_TRY(verify_pointer(placement, "placement"));
  *placement = {};
  const PlannedOp* planned = nullptr;
  DCM_TRY(find_op(model, index, &planned));
  *placement = {"cpu", planned->kernel->name, ""};
  if (model->accelerator == nullptr) return {};
  const char* shader = accelerator_kernel(*model->accelerator, static_cast<uint32_t>(index), &placement->reason);
  if (shader != nullptr) placement->device = "vulkan", placement->kernel = shader;
  return {};
}

Status describe_model_device(const dcm_model* model, dcm_device_report* device) {
  DCM_TRY(verify_pointer(device, "report"));
  *device = {};
  DCM_TRY(verify_pointer(model, "model"));
  model->describe_device(device);
  return {};
}

Status describe_op_output(const dcm_model* model, size_t index, size_t output, dcm_tensor_info* info) {
  DCM_TRY(verify_pointer(info, "info"));
  *info = {};
  const PlannedOp* planned = nullptr;
  DCM_TRY(find_op(model, index, &planned));
  const Op& op = *planned->site.op;
  if (output >= op.output_count)
    return Status::error(DCM_CALL_ARGUMENT, "output %zu of operator %zu does not exist: it makes %u", output, index,
                         op.output_count);
  fill_info(model->graph.name(op.name), planned->site.output(static_cast<uint32_t>(output)), info);
  return {};
}

}  // namespace
}  // namespace dcm

using dcm::Graph;
using dcm::report;

int dcm_model_open(const char* path, const dcm_options* options, dcm_model** model, dcm_error* error) {
  return report(dcm::open_model(options, model,
                                [&](dcm::MemoryBudget& budget, dcm::DataSource& source) -> dcm::Status {
                                  DCM_TRY(dcm::verify_pointer(path, "path"));
                                  return source.open_path(budget, path);
                                }),
                error);
}

int dcm_model_open_fd(int fd, uint64_t offset, uint64_t length, const dcm_options* options, dcm_model** model,
                      dcm_error* error) {
  return report(dcm::open_model(options, model,
                                [&](dcm::MemoryBudget& budget, dcm::DataSource& source) {
                                  return source.open_fd(budget, fd, offset, length);
                                }),
                error);
}

int dcm_model_open_memory(const void* data, size_t size, const dcm_options* options, dcm_model** model,
                          dcm_error* error) {
  return report(dcm::open_model(options, model,
                                [&](dcm::MemoryBudget& budget, dcm::DataSource& source) -> dcm::Status {
                                  if (size > 0) DCM_TRY(dcm::verify_pointer(data, "data"));
                                  return source.open_memory(budget, data, size);
                                }),
                error);
}

void dcm_model_close(dcm_model* model) {
  dcm::destroy(model);
}

size_t dcm_model_input_count(const dcm_model* model) {
  return model == nullptr ? 0 : model->graph.inputs.size();
}

size_t dcm_model_output_count(const dcm_model* model) {
  return model == nullptr ? 0 : model->graph.outputs.size();
}

int dcm_model_input(const dcm_model* model, size_t index, dcm_tensor_info* info, dcm_error* error) {
  return report(dcm::describe(model, &Graph::inputs, "input", index, info), error);
}

int dcm_model_output(const dcm_model* model, size_t index, dcm_tensor_info* info, dcm_error* error) {
  return report(dcm::describe(model, &Graph::outputs, "output", index, info), error);
}

int dcm_model_find_input(const dcm_model* model, const char* name, size_t* index, dcm_error* error) {
  return report(dcm::find(model, &Graph::inputs, "input", name, index), error);
}

int dcm_model_find_output(const dcm_model* model, const char* name, size_t* index, dcm_error* error) {
  return report(dcm::find(model, &Graph::outputs, "output", name, index), error);
}

size_t dcm_model_label_count(const dcm_model* model) {
  return model == nullptr ? 0 : model->metadata.labels.size();
}

int dcm_model_label(const dcm_model* model, size_t index, const char** label, dcm_error* error) {
  return report(dcm::find_label(model, index, label), error);
}

size_t dcm_model_metadata_count(const dcm_model* model) {
  return model == nullptr ? 0 : model->metadata.entries.size();
}

int dcm_model_metadata(const dcm_model* model, size_t index, const char** key, const char** value, dcm_error* error) {
  return report(dcm::find_entry(model, index, key, value), error);
}

size_t dcm_model_op_count(const dcm_model* model) {
  return model == nullptr ? 0 : model->plan.ops.size();
}

int dcm_model_op(const dcm_model* model, size_t index, dcm_op_info* info, dcm_error* error) {
  return report(dcm::describe_op(model, index, info), error);
}

int dcm_model_op_output(const dcm_model* model, size_t op, size_t output, dcm_tensor_info* info, dcm_error* error) {
  return report(dcm::describe_op_output(model, op, output, info), error);
}

int dcm_model_device(const dcm_model* model, dcm_device_report* device, dcm_error* error) {
  return report(dcm::describe_model_device(model, device), error);
}

int dcm_model_op_placement(const dcm_model* model, size_t op, dcm_op_placement* placement, dcm_error* error) {
  return report(dcm::describe_placement(model, op, placement), error);
}

int dcm_model_gives_probabilities(const dcm_model* model) {
  return model != nullptr && dcm::gives_probabilities(model->graph) ? 1 : 0;
}

void dcm_model_load_info(const dcm_model* model, dcm_load_info* info) {
  if (info == nullptr) return;
  *info = model == nullptr ? dcm_load_info{} : model->load_info;
}
