#include "bindings.hpp"
#include "errors.hpp"
#include "fedloom/base/version.hpp"

NB_MODULE(_fedloom, module) {
  using namespace fedloom::python;
  translate_errors();
  module.attr("version") = fedloom::version;
  bind_schema(module);
  bind_model(module);
  bind_evaluate(module);
  bind_run(module);
}
