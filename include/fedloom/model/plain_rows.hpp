#pragma once
// Rows as a run draws its own table: nothing is asked of them but how many. Public.

#include <cstdint>
#include <functional>
#include <span>

#include "fedloom/model/generator.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

struct PlainRows {
  const Generator* generator = nullptr;
  std::uint64_t rows = 0, seed = 0;
};

/// Hands them out in blocks, in the codes of rows; they keep the schema's constraints. Throws ConfigError where the
/// model has no rows that do.
void sample(const PlainRows& rows, const schema::Schema& schema,
            const std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>& block);

}  // namespace fedloom::model
