#pragma once
// Vectors as arrays of NumPy's, over the same memory.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <utility>
#include <vector>

namespace fedloom::python {

template <class Value>
nanobind::object as_array(std::vector<Value>&& values) {
  auto* kept = new std::vector<Value>(std::move(values));
  const nanobind::capsule owner(kept, [](void* held) noexcept { delete static_cast<std::vector<Value>*>(held); });
  return nanobind::cast(
      nanobind::ndarray<nanobind::numpy, Value, nanobind::ndim<1>>(kept->data(), {kept->size()}, owner));
}

}  // namespace fedloom::python
