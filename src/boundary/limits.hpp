#pragma once
// What a plan may hold over any domain: the same limits for bytes and JSON.

#include <cstdint>
#include <string>

#include "fedloom/boundary/plan.hpp"

namespace fedloom::boundary {

inline constexpr std::size_t max_stage_bytes = 64;
inline constexpr std::uint32_t max_queries = 1'000'000;
inline constexpr std::uint32_t max_contributors = 100;      // a roster's limit
inline constexpr std::uint32_t max_entity_rows = 1U << 20;  // its square times sketch_rows stays below 2^64
inline constexpr std::uint32_t max_sketch_rows = 1U << 16;
inline constexpr std::uint8_t max_grid_bits = 24;
inline constexpr std::uint8_t max_variance_shift = 48;
inline constexpr std::uint8_t max_rho_shift = 128;
inline constexpr double max_variance_grid = 1099511627776.0;  // 2^40

/// What is wrong with the query or the plan, as the end of "… "; empty when nothing is.
std::string fault_of(const schema::Query& query);
std::string fault_of(const RoundPlan& plan);

}  // namespace fedloom::boundary
