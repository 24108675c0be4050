#include "errors.hpp"

#include <nanobind/nanobind.h>

#include <filesystem>

#include "fedloom/base/error.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;

void raise(ExitCode code, const char* sentence) {
  const nb::object made = nb::module_::import_("fedloom._errors").attr("error_of")(static_cast<int>(code), sentence);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.ptr())), made.ptr());
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    raise(error.code(), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    raise(ExitCode::environment, error.what());
  }
}

}  // namespace

void translate_errors() { nb::register_exception_translator(translate); }

}  // namespace fedloom::python
