#pragma once
// The parts of the extension `fedloom._fedloom`. The package around it, in Python, is what people use: nothing here is
// for them.

#include <nanobind/nanobind.h>

namespace fedloom::python {

void bind_schema(nanobind::module_& module);
void bind_model(nanobind::module_& module);
void bind_evaluate(nanobind::module_& module);
void bind_run(nanobind::module_& module);

}  // namespace fedloom::python
