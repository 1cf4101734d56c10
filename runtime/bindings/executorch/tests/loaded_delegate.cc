#include "loaded_delegate.h"

#include <executorch/runtime/platform/runtime.h>

#include "dcmobile/executorch.h"

namespace dcm::executorch {

LoadedDelegate::LoadedDelegate(const Bytes& blob, et::Span<const et::BackendOption> options, et::EventTracer* tracer,
                               et::ArrayRef<et::CompileSpec> specs)
    : memory_(4096), allocator_(static_cast<uint32_t>(memory_.size()), memory_.data()), tracer_(tracer) {
  et::runtime_init();
  dcmobile_executorch_register();
  backend_ = et::get_backend_class("DcmBackend");
  const auto count = [](void* context, void*, size_t) { ++*static_cast<int*>(context); };
  et::FreeableBuffer buffer(blob.data(), blob.size(), count, &freed_);
  et::BackendInitContext context(&allocator_, tracer, "forward", nullptr, options);
  const et::Result<et::DelegateHandle*> made = backend_->init(context, &buffer, specs);
  error_ = made.error();
  if (made.ok()) handle_ = made.get();
  if (!made.ok()) buffer.Free();
}

LoadedDelegate::~LoadedDelegate() {
  if (handle_ != nullptr) backend_->destroy(handle_);
}

et::Error LoadedDelegate::call(const std::vector<et::EValue>& inputs, const std::vector<TensorPtr>& outputs) {
  std::vector<et::EValue> values = inputs;
  for (const TensorPtr& output : outputs) values.emplace_back(*output);
  std::vector<et::EValue*> pointers;
  for (et::EValue& value : values) pointers.push_back(&value);
  std::vector<uint8_t> temporary(1 << 16);
  et::MemoryAllocator allocator(static_cast<uint32_t>(temporary.size()), temporary.data());
  et::BackendExecutionContext context(tracer_, &allocator, "forward");
  return backend_->execute(context, handle_, {pointers.data(), pointers.size()});
}

}  // namespace dcm::executorch
