#pragma once
// The page as one HTML document.

#include <optional>
#include <string>
#include <vector>

#include "claims.hpp"
#include "dependence.hpp"
#include "distributions.hpp"
#include "facts.hpp"
#include "fedloom/boundary/measurement.hpp"

namespace fedloom::report {

struct PageContent {
  RunFacts run;
  std::vector<RoundFacts> rounds;
  std::vector<boundary::Measurement> measurements;
  std::vector<Distribution> distributions;
  std::optional<SignedBooks> books;  ///< none: the folder holds no signed ledger, and the page claims less
  std::vector<FileHash> files;
  PairValues dependence{0}, residuals{0};
  std::vector<MarginalErrors> errors;
  std::vector<std::vector<std::string>> sample;  ///< header and rows of synthetic.csv; empty: there is none
};

/// The page that may be published.
std::string page_of(const PageContent& content);
/// The same below a warning and `comparison`, sections about real rows: NOT for publication, and claims nothing.
std::string local_page_of(const PageContent& content, const std::string& comparison);

}  // namespace fedloom::report
