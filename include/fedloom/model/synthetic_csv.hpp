#pragma once
// Rows out: a generator's draws as CSV with the schema's labels and numbers. Public.

#include <cstdint>
#include <filesystem>

#include "fedloom/model/generator.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

/// Streams `rows` seeded rows with a header line; memory does not grow with rows. The file appears whole or not at
/// all. Throws EnvironmentError.
void write_synthetic_csv(const Generator& generator, const schema::Schema& schema, std::uint64_t rows,
                         std::uint64_t seed, const std::filesystem::path& file);

}  // namespace fedloom::model
