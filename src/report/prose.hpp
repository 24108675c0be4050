#pragma once
// What the page says in words. Each sentence must be true of every run it is written for.

#include <string>

#include "facts.hpp"

namespace fedloom::report {

/// What the rows are and how they came about, as HTML paragraphs.
std::string what_this_is(const RunFacts& run);
/// The guarantee: (ε, δ), for whom, against whom.
std::string privacy_statement(const RunFacts& run);
/// The privacy unit, as the end of "for …".
std::string unit_in_words(const RunFacts& run);
/// How the counting was done, and who saw what.
std::string trust_in_words(const RunFacts& run);
/// Against whom the guarantee holds, in full sentences.
std::string assumption_in_words(const RunFacts& run);
/// How to read the page and what it does not say.
std::string what_it_does_not_say();

}  // namespace fedloom::report
