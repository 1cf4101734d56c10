#include "tensor_arguments.h"

#include <executorch/runtime/core/exec_aten/util/tensor_util.h>
#include <executorch/runtime/platform/log.h>

#include <limits>

namespace dcm::executorch {
namespace {

using ::executorch::aten::ScalarType;
using ::executorch::aten::SizesType;
using ::executorch::runtime::Error;

Error check_kind(const Tensor& tensor, const dcm_tensor_info& port) {
  const ScalarType type = tensor.scalar_type();
  if (type != ScalarType::Float && type != ScalarType::Long && type != ScalarType::Int) {
    ET_LOG(Error, "dcmobile: tensor '%.64s' has type %d, expected float32, int64 or int32", port.name,
           static_cast<int>(type));
    return Error::InvalidArgument;
  }
  if (static_cast<uint32_t>(tensor.dim()) != port.rank) {
    ET_LOG(Error, "dcmobile: tensor '%.64s' has %zd dimensions, expected %u", port.name,
           static_cast<ssize_t>(tensor.dim()), port.rank);
    return Error::InvalidArgument;
  }
  if (!::executorch::runtime::tensor_is_default_dim_order(tensor)) {
    ET_LOG(Error, "dcmobile: tensor '%.64s' is channels_last, only row-major tensors are taken", port.name);
    return Error::InvalidArgument;
  }
  return Error::Ok;
}

template <typename T>
void widen(const Tensor& tensor, float* floats) {
  const T* whole = tensor.const_data_ptr<T>();
  for (ssize_t i = 0; i < tensor.numel(); ++i) floats[i] = static_cast<float>(whole[i]);
}

// Moved, never computed: each was a T before.
template <typename T>
void narrow(const float* floats, Tensor& tensor) {
  T* whole = tensor.mutable_data_ptr<T>();
  for (ssize_t i = 0; i < tensor.numel(); ++i) whole[i] = static_cast<T>(floats[i]);
}

}  // namespace

Error check_input(const Tensor& tensor, const dcm_tensor_info& port, uint32_t* batch) {
  const Error failure = check_kind(tensor, port);
  if (failure != Error::Ok) return failure;
  for (uint32_t axis = 0; axis < port.rank; ++axis) {
    const int64_t size = tensor.size(static_cast<ssize_t>(axis));
    if (port.dims[axis] == -1 && size >= 1 && size <= std::numeric_limits<int32_t>::max()) {
      *batch = static_cast<uint32_t>(size);
    } else if (port.dims[axis] == -1) {
      ET_LOG(Error, "dcmobile: tensor '%.64s' has no samples", port.name);
      return Error::InvalidArgument;
    } else if (size != port.dims[axis]) {
      ET_LOG(Error, "dcmobile: tensor '%.64s' has size %lld in dimension %u, expected %lld", port.name,
             static_cast<long long>(size), axis, static_cast<long long>(port.dims[axis]));
      return Error::InvalidArgument;
    }
  }
  return Error::Ok;
}

Error shape_output(Tensor& tensor, const dcm_tensor_info& port, uint32_t batch) {
  Error failure = check_kind(tensor, port);
  if (failure != Error::Ok) return failure;
  SizesType sizes[DCM_MAX_RANK];
  for (uint32_t axis = 0; axis < port.rank; ++axis)
    sizes[axis] = static_cast<SizesType>(port.dims[axis] == -1 ? batch : port.dims[axis]);
  failure = ::executorch::runtime::resize_tensor(tensor, {sizes, port.rank});
  if (failure != Error::Ok) ET_LOG(Error, "dcmobile: output '%.64s' cannot hold a batch of %u", port.name, batch);
  return failure;
}

bool is_whole(const Tensor& tensor) {
  return tensor.scalar_type() != ScalarType::Float;
}

void to_floats(const Tensor& tensor, float* floats) {
  if (tensor.scalar_type() == ScalarType::Long)
    widen<int64_t>(tensor, floats);
  else
    widen<int32_t>(tensor, floats);
}

void from_floats(const float* floats, Tensor& tensor) {
  if (tensor.scalar_type() == ScalarType::Long)
    narrow<int64_t>(floats, tensor);
  else
    narrow<int32_t>(floats, tensor);
}

}  // namespace dcm::executorch
