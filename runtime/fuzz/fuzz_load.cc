// Any bytes can be opened: they are refused, or everything that can be asked of the model has an answer. One thread and
// two must say the same.
#include "model_in_use.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dcm::fuzz;
  int code, with_checksums, with_threads;
  dcm_model* model = open_model(data, size, small_options(1, 1), &code);
  if (model != nullptr) ask_everything(model);
  dcm_model_close(model);

  model = open_model(data, size, small_options(1, 0), &with_checksums);
  require(code == DCM_OK || with_checksums != DCM_OK, "checksums refuse more, never less");
  dcm_model_close(model);
  if (code != DCM_OK && code / 100 != 1) return 0;
  model = open_model(data, size, small_options(2, 1), &with_threads);
  // The second thread takes memory too.
  require(with_threads == code || with_threads == DCM_MACHINE_LIMIT, "threads change nothing");
  dcm_model_close(model);
  return 0;
}
