#include "load_options.h"

#include <executorch/runtime/platform/log.h>

#include <cstring>

#include "thread_sharing.h"

namespace dcm::executorch {
namespace {

using ::executorch::runtime::BackendInitContext;
using ::executorch::runtime::BackendOption;
using ::executorch::runtime::Error;
using Text = std::array<char, ::executorch::runtime::kMaxOptionValueLength>;

Error read_threads(const BackendOption& option, dcm_options* options) {
  const int* threads = std::get_if<int>(&option.value);
  if (threads == nullptr || *threads < 1 || *threads > kMaxThreads) {
    ET_LOG(Error, "dcmobile: the option 'threads' is an int from 1 to %d", kMaxThreads);
    return Error::InvalidArgument;
  }
  options->threads = static_cast<uint32_t>(*threads);
  return Error::Ok;
}

Error read_isa(const BackendOption& option, dcm_options* options) {
  const Text* text = std::get_if<Text>(&option.value);
  if (text == nullptr) {
    ET_LOG(Error, "dcmobile: the option 'isa' is a string");
    return Error::InvalidArgument;
  }
  options->isa = text->data();  // read before init returns
  return Error::Ok;
}

Error read_device(const BackendOption& option, dcm_options* options) {
  const Text* text = std::get_if<Text>(&option.value);
  if (text == nullptr) {
    ET_LOG(Error, "dcmobile: the option 'device' is a string");
    return Error::InvalidArgument;
  }
  options->device = text->data();  // read before init returns
  return Error::Ok;
}

struct Entry {
  const char* key;
  Error (*read)(const BackendOption& option, dcm_options* options);
};
constexpr Entry kEntries[] = {{"threads", read_threads}, {"isa", read_isa}, {"device", read_device}};

}  // namespace

Error read_load_options(const BackendInitContext& context, dcm_options* options) {
  *options = DCM_OPTIONS_DEFAULT;
  options->threads = default_threads();
  options->parallel_for = run_on_executorch_pool;
  options->parallel_for_wake_ns = kWakeNs;
  for (const BackendOption& option : context.runtime_specs()) {
    const Entry* found = nullptr;
    for (const Entry& entry : kEntries)
      if (std::strcmp(option.key, entry.key) == 0) found = &entry;
    if (found == nullptr) {
      ET_LOG(Error, "dcmobile: no load option is called '%.64s'; there are threads, isa and device", option.key);
      return Error::InvalidArgument;
    }
    const Error failure = found->read(option, options);
    if (failure != Error::Ok) return failure;
  }
  return Error::Ok;
}

}  // namespace dcm::executorch
