#include "bindings.h"

#include <cstring>

#include "core/crc32c.h"
#include "dcmobile/dcmobile.h"

namespace dcm::python {

void raise_error(int code, const char* text) {
  // A name from a hostile file may have been cut in the middle of a character.
  const nb::object readable =
      nb::steal(PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "replace"));
  if (!readable.is_valid()) throw nb::python_error();
  const nb::object error = nb::module_::import_("dcmobile.errors").attr("from_code")(code, readable);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

}  // namespace dcm::python

NB_MODULE(_native, module) {
  namespace nb = dcm::python::nb;
  module.doc() =
      "dcmobile's encoder and runtime. Private: use dcmobile.load, dcmobile.compress and dcmobile.fileformat.";
  module.def(
      "crc32c",
      [](const dcm::python::Bytes& data) {
        nb::gil_scoped_release release;
        return dcm::crc32c(data.data(), data.size());
      },
      nb::arg("data"), "CRC-32C (Castagnoli) of a uint8 array.");
  module.def("code_name", &dcm_code_name, nb::arg("code"), "The runtime's name of an error code.");
  module.attr("version") = dcm_version();
  module.attr("format_version") = dcm_format_version();
  dcm::python::bind_encoder(module);
  dcm::python::bind_decoder(module);
  dcm::python::bind_model(module);
}
