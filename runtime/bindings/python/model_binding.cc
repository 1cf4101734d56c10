#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <string>
#include <vector>

#include "bindings.h"
#include "dcmobile/dcmobile.h"

namespace dcm::python {
namespace {

using ConstFloats = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Floats = nb::ndarray<float, nb::c_contig, nb::device::cpu>;

// device: "" for the default. It and the options are used for one call.
dcm_options options(uint32_t threads, uint64_t memory_limit, bool skip_checksum, const std::string& device) {
  dcm_options result = DCM_OPTIONS_DEFAULT;
  if (!device.empty()) result.device = device.c_str();
  result.threads = threads;
  if (memory_limit != 0) result.memory_limit = memory_limit;
  result.skip_checksum = skip_checksum ? 1u : 0u;
  return result;
}

// Calls the runtime without the interpreter's lock and raises what it reports.
template <typename Call>
void check(Call&& call) {
  dcm_error error{};
  int code;
  {
    nb::gil_scoped_release release;
    code = call(&error);
  }
  if (code != DCM_OK) raise_error(code, error.text);
}

// A context keeps its model open, so the two may be dropped in any order.
using ModelHandle = std::shared_ptr<dcm_model>;

ModelHandle own(dcm_model* model) {
  return ModelHandle(model, dcm_model_close);
}

nb::tuple report_of(const dcm_device_report& report) {
  return nb::make_tuple(report.device, report.name, report.fallback, report.ops, report.ops_placed, report.weight_bytes,
                        report.activation_bytes, report.open_ns, report.compile_ns, report.check_ns);
}

class Context {
 public:
  Context(ModelHandle model, const dcm_options& wanted) : model_(std::move(model)) {
    dcm_context* context = nullptr;
    check([&](dcm_error* error) { return dcm_context_create(model_.get(), &wanted, &context, error); });
    context_.reset(context);
  }

  void set_batch(uint32_t batch) {
    check([&](dcm_error* error) { return dcm_context_set_batch(context_.get(), batch, error); });
  }

  nb::tuple device() const {
    dcm_device_report report{};
    check([&](dcm_error* error) { return dcm_context_device(context_.get(), &report, error); });
    return report_of(report);
  }

  uint64_t arena_bytes() const { return dcm_context_arena_bytes(context_.get()); }

  void run(const std::vector<ConstFloats>& inputs, const std::vector<Floats>& outputs) {
    std::vector<const float*> from;
    std::vector<float*> to;
    std::vector<size_t> from_sizes, to_sizes;
    for (const ConstFloats& input : inputs) {
      from.push_back(input.data());
      from_sizes.push_back(input.size());
    }
    for (const Floats& output : outputs) {
      to.push_back(output.data());
      to_sizes.push_back(output.size());
    }
    check([&](dcm_error* error) {
      return dcm_context_run(context_.get(), from.data(), from_sizes.data(), from.size(), to.data(), to_sizes.data(),
                             to.size(), error);
    });
  }

 private:
  struct Destroy {
    void operator()(dcm_context* context) const { dcm_context_destroy(context); }
  };
  ModelHandle model_;
  std::unique_ptr<dcm_context, Destroy> context_;  // after the model, so that it goes first
};

class Model {
 public:
  explicit Model(ModelHandle model) : model_(std::move(model)) {}

  static Model open(const nb::bytes& path, uint32_t threads, uint64_t memory_limit, bool skip_checksum,
                    const std::string& device) {
    const dcm_options wanted = options(threads, memory_limit, skip_checksum, device);
    dcm_model* model = nullptr;
    check([&](dcm_error* error) { return dcm_model_open(path.c_str(), &wanted, &model, error); });
    return Model(own(model));
  }

  static Model open_memory(const Bytes& data, uint32_t threads, uint64_t memory_limit, bool skip_checksum,
                           const std::string& device) {
    const dcm_options wanted = options(threads, memory_limit, skip_checksum, device);
    dcm_model* model = nullptr;
    check([&](dcm_error* error) { return dcm_model_open_memory(data.data(), data.size(), &wanted, &model, error); });
    return Model(own(model));
  }

  Context create_context(uint32_t threads, uint64_t memory_limit) const {
    return Context(model_, options(threads, memory_limit, false, ""));
  }

  nb::list inputs() const { return tensors(dcm_model_input_count(model_.get()), dcm_model_input); }
  nb::list outputs() const { return tensors(dcm_model_output_count(model_.get()), dcm_model_output); }

  nb::list operators() const {
    nb::list result;
    for (size_t i = 0; i < dcm_model_op_count(model_.get()); ++i) {
      dcm_op_info info{};
      dcm_error error{};
      const int code = dcm_model_op(model_.get(), i, &info, &error);
      if (code != DCM_OK) raise_error(code, error.text);
      nb::list shapes;
      for (size_t k = 0; k < info.outputs; ++k) {
        dcm_tensor_info value{};
        const int value_code = dcm_model_op_output(model_.get(), i, k, &value, &error);
        if (value_code != DCM_OK) raise_error(value_code, error.text);
        shapes.append(dims_of(value));
      }
      result.append(nb::make_tuple(info.name, info.type, info.kernel, info.reason, info.macs, nb::tuple(shapes),
                                   info.expected_ns, info.other_kernel == nullptr ? "" : info.other_kernel,
                                   info.other_ns));
    }
    return result;
  }

  nb::list placements() const {
    nb::list result;
    for (size_t i = 0; i < dcm_model_op_count(model_.get()); ++i) {
      dcm_op_placement placement{};
      check([&](dcm_error* error) { return dcm_model_op_placement(model_.get(), i, &placement, error); });
      result.append(nb::make_tuple(placement.device, placement.kernel, placement.reason));
    }
    return result;
  }

  nb::tuple device() const {
    dcm_device_report report{};
    check([&](dcm_error* error) { return dcm_model_device(model_.get(), &report, error); });
    return report_of(report);
  }

  bool gives_probabilities() const { return dcm_model_gives_probabilities(model_.get()) != 0; }

  nb::tuple load_info() const {
    dcm_load_info info{};
    dcm_model_load_info(model_.get(), &info);
    return nb::make_tuple(info.map_ns, info.verify_ns, info.decode_ns, info.plan_ns, info.file_bytes,
                          info.weight_bytes);
  }

 private:
  using Ask = int (*)(const dcm_model*, size_t, dcm_tensor_info*, dcm_error*);

  static nb::tuple dims_of(const dcm_tensor_info& info) {
    nb::list dims;
    for (uint32_t axis = 0; axis < info.rank; ++axis) dims.append(info.dims[axis]);
    return nb::tuple(dims);
  }

  nb::list tensors(size_t count, Ask ask) const {
    nb::list result;
    for (size_t i = 0; i < count; ++i) {
      dcm_tensor_info info{};
      dcm_error error{};
      const int code = ask(model_.get(), i, &info, &error);
      if (code != DCM_OK) raise_error(code, error.text);
      result.append(nb::make_tuple(info.name, dims_of(info)));
    }
    return result;
  }

  ModelHandle model_;
};

nb::list devices() {
  nb::list result;
  const size_t count = dcm_device_count();
  for (size_t i = 0; i < count; ++i) {
    dcm_device_info info{};
    check([&](dcm_error* error) { return dcm_device(i, &info, error); });
    result.append(nb::make_tuple(info.id, info.name, info.kind, info.driver, info.features, info.api_major,
                                 info.api_minor, info.memory_bytes, info.storage_range, info.workgroup_size,
                                 info.shared_bytes, info.subgroup_size));
  }
  return result;
}

}  // namespace

void bind_model(nb::module_& module) {
  module.def("devices", &devices);
  nb::class_<Context>(module, "Context")
      .def("set_batch", &Context::set_batch, nb::arg("batch"))
      .def("run", &Context::run, nb::arg("inputs"), nb::arg("outputs"))
      .def_prop_ro("arena_bytes", &Context::arena_bytes)
      .def_prop_ro("device", &Context::device);

  nb::class_<Model>(module, "Model")
      .def_static("open", &Model::open, nb::arg("path"), nb::arg("threads") = 1, nb::arg("memory_limit") = 0,
                  nb::arg("skip_checksum") = false, nb::arg("device") = "")
      .def_static("open_memory", &Model::open_memory, nb::arg("data"), nb::arg("threads") = 1,
                  nb::arg("memory_limit") = 0, nb::arg("skip_checksum") = false, nb::arg("device") = "")
      .def("create_context", &Model::create_context, nb::arg("threads") = 1, nb::arg("memory_limit") = 0)
      .def_prop_ro("inputs", &Model::inputs)
      .def_prop_ro("outputs", &Model::outputs)
      .def_prop_ro("operators", &Model::operators)
      .def_prop_ro("placements", &Model::placements)
      .def_prop_ro("device", &Model::device)
      .def_prop_ro("gives_probabilities", &Model::gives_probabilities)
      .def_prop_ro("load_info", &Model::load_info);
}

}  // namespace dcm::python
