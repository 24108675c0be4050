#pragma once
// The page as one HTML document.

#include <string>
#include <vector>

#include "distributions.hpp"
#include "facts.hpp"
#include "fedloom/boundary/measurement.hpp"

namespace fedloom::report {

struct PageContent {
  RunFacts run;
  std::vector<RoundFacts> rounds;
  std::vector<boundary::Measurement> measurements;
  std::vector<Distribution> distributions;
};

std::string page_of(const PageContent& content);

}  // namespace fedloom::report
