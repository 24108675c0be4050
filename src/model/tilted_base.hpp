#pragma once
// What all conditions on one generator share.

#include "fedloom/model/tilted.hpp"

namespace fedloom::model {

struct Tilted::Base {
  explicit Base(const Generator& generator);
  const schema::Domain& fine() const noexcept { return expansion.empty() ? bins : expansion.fine(); }

  schema::Domain bins;  ///< the generator's own
  Expansion expansion;
  std::uint32_t components = 0;
  std::vector<float> probabilities;                ///< components × bins.width()
  std::vector<std::vector<std::uint32_t>> bin_of;  ///< by attribute and code
  std::vector<std::vector<double>> share;          ///< … of its bin
};

}  // namespace fedloom::model
