// A blob loaded by the delegate, and called as ExecuTorch calls it.
#pragma once

#include <executorch/extension/tensor/tensor_ptr.h>
#include <executorch/runtime/backend/interface.h>
#include <executorch/runtime/core/event_tracer.h>

#include <memory>
#include <vector>

#include "naive_huffman.h"

namespace dcm::executorch {

namespace et = ::executorch::runtime;
using ::dcm::testing::Bytes;
using ::executorch::extension::TensorPtr;

class LoadedDelegate {
 public:
  // options: what an application gives at load time. specs: what the .pte has beside the blob.
  explicit LoadedDelegate(const Bytes& blob, et::Span<const et::BackendOption> options = {},
                          et::EventTracer* tracer = nullptr, et::ArrayRef<et::CompileSpec> specs = {});
  ~LoadedDelegate();

  // Ok if it was loaded.
  et::Error error() const { return error_; }
  // How often the delegate has freed the blob.
  int freed() const { return freed_; }

  // One call: inputs, then outputs.
  et::Error call(const std::vector<et::EValue>& inputs, const std::vector<TensorPtr>& outputs);
  // The same with one input and one output.
  et::Error call(const TensorPtr& input, const TensorPtr& output) { return call({et::EValue(*input)}, {output}); }

 private:
  std::vector<uint8_t> memory_;
  et::MemoryAllocator allocator_;
  et::BackendInterface* backend_;
  et::EventTracer* tracer_;
  et::DelegateHandle* handle_ = nullptr;
  et::Error error_;
  int freed_ = 0;
};

}  // namespace dcm::executorch
