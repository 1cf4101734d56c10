// The buffers that a run reads and writes.
#pragma once

#include <string>
#include <vector>

#include "dcmobile/dcmobile.h"

namespace bench {

class Tensors {
 public:
  // Room for the model's inputs and outputs at this batch.
  Tensors(const dcm_model* model, uint32_t batch);

  // Fills the inputs with values in [-1, 1), the same in every run of this program.
  void fill_random();
  // Raw float32, one file an input or output. False with a line in error if one does not fit or cannot be read.
  bool read_inputs(const std::vector<std::string>& files, std::string* error);
  bool write_outputs(const std::vector<std::string>& files, std::string* error) const;

  int run(dcm_context* context, dcm_error* error);

 private:
  std::vector<std::vector<float>> inputs_, outputs_;
  std::vector<const float*> input_pointers_;
  std::vector<float*> output_pointers_;
  std::vector<size_t> input_sizes_, output_sizes_;
};

}  // namespace bench
