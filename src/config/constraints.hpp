#pragma once
// The key `constraints` of a schema file.

#include <string>

#include "document.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::config {

/// `schema` with the constraints of its file. Throws ConfigError at the one that is wrong.
schema::Schema with_constraints(const Document& document, const schema::Schema& schema);

/// As lines of the file; empty without constraints.
std::string constraints_yaml(const schema::Schema& schema);

}  // namespace fedloom::config
