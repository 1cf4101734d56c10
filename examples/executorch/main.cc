// Runs a .pte that holds networks of dcmobile:
//
//   run_pte NET.pte INPUT.f32 [threads=N] [isa=NAME] [device=cpu]
//
// INPUT.f32 holds the values of the one input, raw float32. Prints the outputs, a line each.
#include <dcmobile/executorch.h>
#include <executorch/extension/module/module.h>
#include <executorch/extension/tensor/tensor.h>
#include <executorch/runtime/backend/backend_options_map.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using executorch::extension::Module;
using executorch::runtime::BackendOptions;
using executorch::runtime::Error;

namespace {

int fail(const char* doing, Error error) {
  std::fprintf(stderr, "cannot %s: %s (0x%x)\n", doing, executorch::runtime::to_string(error),
               static_cast<unsigned>(error));
  return 1;
}

std::vector<float> read_floats(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

// "threads=2" and the like, for dcmobile's delegate.
bool read_option(const std::string& text, BackendOptions<3>* options) {
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals), value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (key == "threads") return options->set_option("threads", std::atoi(value.c_str())) == Error::Ok;
  if (key == "isa") return options->set_option("isa", value.c_str()) == Error::Ok;
  if (key == "device") return options->set_option("device", value.c_str()) == Error::Ok;
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: run_pte NET.pte INPUT.f32 [threads=N] [isa=NAME] [device=cpu]\n");
    return 2;
  }
  // The delegate is in a static library: this call is what links it in.
  if (const int error = dcmobile_executorch_register(); error != 0) return fail("register", Error(error));

  BackendOptions<3> options;
  for (int i = 3; i < argc; ++i)
    if (!read_option(argv[i], &options)) return std::fprintf(stderr, "'%s' is no option\n", argv[i]), 2;
  executorch::runtime::LoadBackendOptionsMap by_backend;
  if (const Error error = by_backend.set_options("DcmBackend", options.view()); error != Error::Ok)
    return fail("set options", error);

  Module module(argv[1], Module::LoadMode::Mmap);
  if (const Error error = module.load(by_backend); error != Error::Ok) return fail("load the program", error);
  if (const Error error = module.load_method("forward"); error != Error::Ok) return fail("load the method", error);

  const auto meta = module.method_meta("forward");
  if (!meta.ok()) return fail("describe the method", meta.error());
  const auto input = meta->input_tensor_meta(0);
  if (!input.ok()) return fail("describe the input", input.error());
  std::vector<executorch::aten::SizesType> sizes(input->sizes().begin(), input->sizes().end());
  std::vector<float> values = read_floats(argv[2]);
  size_t sample = 1;
  for (size_t axis = 1; axis < sizes.size(); ++axis) sample *= static_cast<size_t>(sizes[axis]);
  if (values.empty() || values.size() % sample != 0)
    return std::fprintf(stderr, "%s has %zu floats, a sample has %zu\n", argv[2], values.size(), sample), 1;
  sizes[0] = static_cast<executorch::aten::SizesType>(values.size() / sample);  // as many samples as the file has

  const auto outputs = module.forward(executorch::extension::make_tensor_ptr(sizes, std::move(values)));
  if (!outputs.ok()) return fail("run", outputs.error());
  for (const auto& output : *outputs) {
    const auto& tensor = output.toTensor();
    for (ssize_t i = 0; i < tensor.numel(); ++i) std::printf("%.9g ", tensor.const_data_ptr<float>()[i]);
    std::printf("\n");
  }
  return 0;
}
