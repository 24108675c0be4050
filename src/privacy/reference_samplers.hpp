#pragma once
// The samplers over a given source of exact draws, so that tests can count the draws too.

#include <cstdint>
#include <span>

#include "exact_draws.hpp"
#include "fedloom/privacy/sampler.hpp"

namespace fedloom::privacy {

std::int64_t discrete_gaussian(Rational variance, ExactDraws& draws);
std::int64_t discrete_laplace(Rational scale, ExactDraws& draws);
std::size_t exponential_mechanism(std::span<const std::int64_t> scores, Rational scale, ExactDraws& draws);

}  // namespace fedloom::privacy
