// The packed form of a model (docs/format.md, 9): any bytes are refused with a text, or give a flatbuffer in proportion
// to them, each time the same.
#include <cstring>

#include "dcmobile_schema_generated.h"
#include "format/expand_model.h"
#include "model_in_use.h"

namespace dcm::fuzz {
namespace {

constexpr uint64_t kMostGrowth = 40;  // bytes that one packed byte makes (expand_model.cc)

void expand(const uint8_t* data, size_t size) {
  MemoryBudget budget(64 << 20);
  Array<uint8_t> model, again;
  const Status status = expand_model(data, size, budget, &model);
  require(status.ok() == !model.empty(), "a model comes with success and without it there is none");
  if (!status.ok()) {
    require(status.code() / 100 <= 3 && status.text()[0] != '\0', "a refusal has a code and a text");
    return;
  }
  require(model.size() <= kMostGrowth * (size + 1), "a model is in proportion to its packed form");
  require(expand_model(data, size, budget, &again).ok() && again.size() == model.size() &&
              std::memcmp(again.data(), model.data(), model.size()) == 0,
          "the same bytes give the same model");
  // Whether it verifies depends on what it says: a text may not be UTF-8. That it may be looked at does not.
  flatbuffers::Verifier verifier(model.data(), model.size());
  (void)::dcmobile::format::VerifyModelBuffer(verifier);
}

}  // namespace
}  // namespace dcm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dcm::fuzz::expand(data, size);
  return 0;
}
