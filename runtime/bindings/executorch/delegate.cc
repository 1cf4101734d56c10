// DcmBackend: the delegate that runs the blobs of dcmobile.executorch.DcmPartitioner. A blob is a .dcmodel.
#include "dcmobile/executorch.h"

#include <executorch/runtime/backend/interface.h>
#include <executorch/runtime/platform/log.h>
#include <executorch/runtime/platform/platform.h>

#include <new>

#include "argument_order.h"
#include "dcmobile/dcmobile.h"
#include "error_codes.h"
#include "load_options.h"
#include "operator_events.h"
#include "tensor_arguments.h"

namespace dcm::executorch {
namespace {

namespace et = ::executorch::runtime;
using et::Error;

// As in dcmobile/executorch/backend.py.
constexpr char kBackendId[] = "DcmBackend";

// What a delegate's handle points to.
struct Network {
  dcm_model* model = nullptr;
  dcm_context* context = nullptr;
  ArgumentOrder order;
  uint32_t batch = 1;
  bool profiled = false;
  bool on_device = false;  // runs may fall back to the CPU

  ~Network() {
    dcm_context_destroy(context);
    dcm_model_close(model);
  }
};

// Says once why the CPU runs what was meant for a device.
void look_at_device(Network* network) {
  dcm_device_report device;
  if (dcm_context_device(network->context, &device, nullptr) != DCM_OK) return;
  if (device.fallback[0] != '\0') ET_LOG(Error, "dcmobile: a network runs on the CPU: %s", device.fallback);
  network->on_device = device.ops_placed > 0;  // once it is not, nobody looks again
}

Error load(const void* blob, size_t size, const dcm_options& options, Network* network) {
  dcm_error error;
  if (dcm_model_open_memory(blob, size, &options, &network->model, &error) != DCM_OK)
    return report("cannot load a network", error);
  if (dcm_context_create(network->model, &options, &network->context, &error) != DCM_OK)
    return report("cannot prepare a network", error);
  network->profiled = options.profile != 0;
  look_at_device(network);
  return Error::Ok;
}

// The arguments of one call of the delegate: inputs, then outputs. Inputs that are no tensors are sizes, which the
// network takes from its tensors.
class Arguments {
 public:
  Arguments(et::BackendExecutionContext& context, Network& network, et::Span<et::EValue*> values)
      : context_(context),
        network_(network),
        values_(values),
        inputs_(dcm_model_input_count(network.model)),
        outputs_(dcm_model_output_count(network.model)) {}

  Error run() {
    Error failure = take();
    if (failure != Error::Ok) return failure;
    dcm_error error;
    if (dcm_context_run(network_.context, from_, sizes_, inputs_, to_, sizes_ + inputs_, outputs_, &error) != DCM_OK)
      return report("cannot run a network", error);
    if (network_.on_device) look_at_device(&network_);
    give_back();
    return Error::Ok;
  }

 private:
  Error take() {
    if (values_.size() < inputs_ + outputs_) return wrong_count();
    from_ = allocate<const float*>(inputs_);
    to_ = allocate<float*>(outputs_);
    sizes_ = allocate<size_t>(inputs_ + outputs_);
    if (from_ == nullptr || to_ == nullptr || sizes_ == nullptr) return Error::MemoryAllocationFailed;
    const size_t given = values_.size() - outputs_;
    size_t input = 0;
    uint32_t batch = 1;
    for (size_t i = 0; i < given; ++i) {
      if (!values_[i]->isTensor()) continue;
      if (input == inputs_) return wrong_count();
      const Error failure = take_input(values_[i]->toTensor(), place_of(network_.order.inputs, input++), &batch);
      if (failure != Error::Ok) return failure;
    }
    if (input != inputs_) return wrong_count();
    const Error failure = set_batch(batch);
    if (failure != Error::Ok) return failure;
    for (size_t i = 0; i < outputs_; ++i) {
      if (!values_[given + i]->isTensor()) return wrong_count();
      const Error refused = take_output(values_[given + i]->toTensor(), place_of(network_.order.outputs, i));
      if (refused != Error::Ok) return refused;
    }
    return Error::Ok;
  }

  // Inputs that differ in the batch are refused by dcm_context_run: their sizes do not fit.
  Error take_input(const Tensor& tensor, size_t index, uint32_t* batch) {
    dcm_tensor_info port;
    if (dcm_model_input(network_.model, index, &port, nullptr) != DCM_OK) return Error::Internal;
    const Error failure = check_input(tensor, port, batch);
    if (failure != Error::Ok) return failure;
    sizes_[index] = static_cast<size_t>(tensor.numel());
    if (!is_whole(tensor)) {
      from_[index] = tensor.const_data_ptr<float>();
      return Error::Ok;
    }
    float* floats = allocate<float>(sizes_[index]);
    if (floats == nullptr) return Error::MemoryAllocationFailed;
    to_floats(tensor, floats);
    from_[index] = floats;
    return Error::Ok;
  }

  Error take_output(Tensor tensor, size_t index) {
    dcm_tensor_info port;
    if (dcm_model_output(network_.model, index, &port, nullptr) != DCM_OK) return Error::Internal;
    const Error failure = shape_output(tensor, port, network_.batch);
    if (failure != Error::Ok) return failure;
    const size_t size = static_cast<size_t>(tensor.numel());
    sizes_[inputs_ + index] = size;
    to_[index] = is_whole(tensor) ? allocate<float>(size) : tensor.mutable_data_ptr<float>();
    return to_[index] == nullptr ? Error::MemoryAllocationFailed : Error::Ok;
  }

  Error set_batch(uint32_t batch) {
    if (batch == network_.batch) return Error::Ok;
    dcm_error error;
    if (dcm_context_set_batch(network_.context, batch, &error) != DCM_OK) return report("cannot take a batch", error);
    network_.batch = batch;
    return Error::Ok;
  }

  void give_back() {
    for (size_t i = 0; i < outputs_; ++i) {
      Tensor tensor = values_[values_.size() - outputs_ + i]->toTensor();
      if (is_whole(tensor)) from_floats(to_[place_of(network_.order.outputs, i)], tensor);
    }
  }

  Error wrong_count() const {
    ET_LOG(Error, "dcmobile: %zu arguments, expected %zu inputs and %zu outputs, all of them tensors", values_.size(),
           inputs_, outputs_);
    return Error::InvalidArgument;
  }

  // Gone after the call.
  template <typename T>
  T* allocate(size_t count) {
    return static_cast<T*>(context_.allocate(count * sizeof(T), alignof(T)));
  }

  et::BackendExecutionContext& context_;
  Network& network_;
  et::Span<et::EValue*> values_;
  size_t inputs_, outputs_;
  const float** from_ = nullptr;
  float** to_ = nullptr;
  size_t* sizes_ = nullptr;  // of the inputs, then of the outputs
};

class DcmBackend final : public et::BackendInterface {
 public:
  bool is_available() const override { return true; }

  et::Result<et::DelegateHandle*> init(et::BackendInitContext& context, et::FreeableBuffer* processed,
                                       et::ArrayRef<et::CompileSpec> specs) const override {
    dcm_options options;
    const Error refused = read_load_options(context, &options);
    if (refused != Error::Ok) return refused;
    options.profile = context.event_tracer() != nullptr ? 1 : 0;
    void* place = context.get_runtime_allocator()->allocateInstance<Network>();
    if (place == nullptr) return Error::MemoryAllocationFailed;
    Network* network = new (place) Network();
    Error failure = load(processed->data(), processed->size(), options, network);
    if (failure == Error::Ok)
      failure =
          read_argument_order(specs, dcm_model_input_count(network->model), dcm_model_output_count(network->model),
                              context.get_runtime_allocator(), &network->order);
    if (failure != Error::Ok) {
      network->~Network();  // its memory is the allocator's
      return failure;
    }
    processed->Free();  // all of it is decoded
    return network;
  }

  Error execute(et::BackendExecutionContext& context, et::DelegateHandle* handle,
                et::Span<et::EValue*> values) const override {
    if (handle == nullptr) return Error::DelegateInvalidHandle;
    Network& network = *static_cast<Network*>(handle);
    const et_timestamp_t start = et::pal_current_ticks();
    const Error failure = Arguments(context, network, values).run();
    if (failure == Error::Ok && network.profiled)
      log_operators(context.event_tracer(), network.model, network.context, start);
    return failure;
  }

  void destroy(et::DelegateHandle* handle) const override {
    if (handle != nullptr) static_cast<Network*>(handle)->~Network();
  }
};

DcmBackend backend;
const Error registered = et::register_backend({kBackendId, &backend});

}  // namespace
}  // namespace dcm::executorch

int dcmobile_executorch_register(void) {
  return static_cast<int>(dcm::executorch::registered);
}

const char* dcmobile_executorch_version(void) {
  return DCMOBILE_EXECUTORCH_VERSION;
}
