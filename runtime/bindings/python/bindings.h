// The parts of dcmobile._native. dcmobile/_native.pyi is its interface as Python sees it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <vector>

namespace dcm::python {

namespace nb = nanobind;

using Codes = nb::ndarray<const uint16_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Bytes = nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// A numpy array that takes over the vector.
template <typename T>
nb::ndarray<nb::numpy, T, nb::ndim<1>> to_numpy(std::vector<T>&& values) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T, nb::ndim<1>>(kept->data(), {kept->size()}, owner);
}

inline nb::bytes to_bytes(const void* data, size_t size) {
  return nb::bytes(static_cast<const char*>(data), size);
}

// Raises the error of dcmobile.errors for a runtime code.
[[noreturn]] void raise_error(int code, const char* text);

void bind_encoder(nb::module_& module);
void bind_decoder(nb::module_& module);
void bind_model(nb::module_& module);

}  // namespace dcm::python
