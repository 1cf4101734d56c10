// ExecuTorch's tensors as the runtime takes them: row-major fp32.
#pragma once

#include <executorch/runtime/backend/interface.h>

#include "dcmobile/dcmobile.h"

namespace dcm::executorch {

using ::executorch::aten::Tensor;

// InvalidArgument, with a line in the log, unless the tensor is row-major (its dimensions in their order, not
// channels_last), of float32, int64 or int32, and of the port's shape; the batch may be any, and goes to *batch if the
// port has one.
::executorch::runtime::Error check_input(const Tensor& tensor, const dcm_tensor_info& port, uint32_t* batch);

// Gives an output its shape for the batch, and checks the rest as above.
::executorch::runtime::Error shape_output(Tensor& tensor, const dcm_tensor_info& port, uint32_t batch);

bool is_whole(const Tensor& tensor);  // int64 or int32

// Whole numbers, such as tokens, as the floats that a .dcmodel carries them in, and back.
void to_floats(const Tensor& tensor, float* floats);
void from_floats(const float* floats, Tensor& tensor);

}  // namespace dcm::executorch
