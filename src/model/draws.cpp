#include "model/draws.hpp"

namespace fedloom::model {

void systematic(std::span<const float> p, double start, std::span<std::uint32_t> values) {
  double total = 0;
  for (const float x : p) total += x;
  const double step = total / static_cast<double>(values.size());
  double upto = p[0];
  std::uint32_t v = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    const double u = (static_cast<double>(t) + start) * step;
    while (u >= upto && v + 1 < p.size()) upto += p[++v];
    values[t] = v;
  }
}

}  // namespace fedloom::model
