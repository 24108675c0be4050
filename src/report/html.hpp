#pragma once
// Text and numbers of the pages, by their short names.

#include "fedloom/base/html.hpp"

namespace fedloom::report {

using namespace html;

}  // namespace fedloom::report
