#pragma once
// fedloom::Error as the exceptions of the package, with the same sentence.

namespace fedloom::python {

/// For all functions of this extension.
void translate_errors();

}  // namespace fedloom::python
