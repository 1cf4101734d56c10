// Loads, warms up, times.
#pragma once

#include <string>

#include "flags.h"
#include "result.h"

namespace bench {

// A loaded model and all that was measured of it. The names in result live as long as the model.
class Measurement {
 public:
  Measurement() = default;
  ~Measurement();
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  // False with one line in error if the file cannot be loaded or run.
  bool measure(const Flags& flags, std::string* error);

  Result result;

 private:
  bool load(const Flags& flags, dcm_error* error);
  void describe_placement(size_t op, dcm_op_info* info);
  void describe_operators();

  dcm_model* model_ = nullptr;
  dcm_context* context_ = nullptr;
};

}  // namespace bench
