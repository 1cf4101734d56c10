// The functions of dcmobile.h about contexts.
#include <cinttypes>

#include "api/context.h"
#include "api/options.h"
#include "api/report.h"

namespace dcm {
namespace {

Status create_context(const dcm_model* model, const dcm_options* options, dcm_context** context) {
  DCM_TRY(verify_pointer(context, "context"));
  *context = nullptr;
  DCM_TRY(verify_pointer(model, "model"));
  const Result<dcm_options> checked = read_options(options);
  if (!checked.ok()) return checked.status();
  void* block = allocate_handle(sizeof(dcm_context));
  if (block == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a context");
  dcm_context* created = new (block) dcm_context(*model, checked.value().memory_limit);
  Status status = created->prepare(checked.value());
  if (!status.ok()) {
    destroy(created);
    return status;
  }
  *context = created;
  return {};
}

// Buffers of the caller against the graph's inputs or outputs.
Status verify_buffers(const dcm_context& context, const Array<Port>& ports, const char* kind,
                      const float* const* buffers, const size_t* sizes, size_t count) {
  const Graph& graph = context.model.graph;
  if (count != ports.size())
    return Status::error(DCM_CALL_ARGUMENT, "%zu %ss given, expected %zu", count, kind, ports.size());
  if (buffers == nullptr || sizes == nullptr)
    return Status::error(DCM_CALL_ARGUMENT, "%ss or %s_sizes is a null pointer", kind, kind);
  for (size_t i = 0; i < count; ++i) {
    const char* name = graph.name(ports[i].name);
    const Checked expected = Checked(graph.shapes[ports[i].value].elements()) * context.batch;
    if (buffers[i] == nullptr)
      return Status::error(DCM_CALL_ARGUMENT, "the buffer of %s '%s' is a null pointer", kind, name);
    if (!expected.ok() || sizes[i] != expected.value())
      return Status::error(DCM_CALL_SHAPE, "the buffer of %s '%s' has %zu floats, expected %" PRIu64 " for batch %u",
                           kind, name, sizes[i], expected.value(), context.batch);
  }
  return {};
}

Status run_context(dcm_context* context, const float* const* inputs, const size_t* input_sizes, size_t input_count,
                   float* const* outputs, const size_t* output_sizes, size_t output_count) {
  DCM_TRY(verify_pointer(context, "context"));
  const Graph& graph = context->model.graph;
  DCM_TRY(verify_buffers(*context, graph.inputs, "input", inputs, input_sizes, input_count));
  DCM_TRY(verify_buffers(*context, graph.outputs, "output", outputs, output_sizes, output_count));
  return context->run(inputs, outputs);
}

Status describe_profile(const dcm_context* context, size_t op, dcm_op_profile* profile) {
  DCM_TRY(verify_pointer(profile, "profile"));
  *profile = {};
  DCM_TRY(verify_pointer(context, "context"));
  if (!context->profile.enabled())
    return Status::error(DCM_CALL_ARGUMENT, "the context has no profile: create it with options.profile = 1");
  if (op >= context->profile.size())
    return Status::error(DCM_CALL_ARGUMENT, "operator %zu does not exist: the model has %zu", op,
                         context->profile.size());
  *profile = context->profile[op];
  return {};
}

Status describe_context_device(const dcm_context* context, dcm_device_report* device) {
  DCM_TRY(verify_pointer(device, "report"));
  *device = {};
  DCM_TRY(verify_pointer(context, "context"));
  context->describe_device(device);
  return {};
}

}  // namespace
}  // namespace dcm

int dcm_context_create(const dcm_model* model, const dcm_options* options, dcm_context** context, dcm_error* error) {
  return dcm::report(dcm::create_context(model, options, context), error);
}

void dcm_context_destroy(dcm_context* context) {
  dcm::destroy(context);
}

int dcm_context_set_batch(dcm_context* context, uint32_t batch, dcm_error* error) {
  if (context == nullptr) return dcm::report(dcm::verify_pointer(context, "context"), error);
  return dcm::report(context->set_batch(batch), error);
}

uint64_t dcm_context_arena_bytes(const dcm_context* context) {
  return context == nullptr ? 0 : context->arena.size();
}

int dcm_context_run(dcm_context* context, const float* const* inputs, const size_t* input_sizes, size_t input_count,
                    float* const* outputs, const size_t* output_sizes, size_t output_count, dcm_error* error) {
  return dcm::report(dcm::run_context(context, inputs, input_sizes, input_count, outputs, output_sizes, output_count),
                     error);
}

int dcm_context_device(const dcm_context* context, dcm_device_report* device, dcm_error* error) {
  return dcm::report(dcm::describe_context_device(context, device), error);
}

int dcm_context_op_profile(const dcm_context* context, size_t op, dcm_op_profile* profile, dcm_error* error) {
  return dcm::report(dcm::describe_profile(context, op, profile), error);
}

void dcm_context_reset_profile(dcm_context* context) {
  if (context != nullptr) context->profile.reset();
}
