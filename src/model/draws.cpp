#include "model/draws.hpp"

namespace fedloom::model {

void systematic(std::span<const float> p, double start, std::span<std::uint32_t> values) {
  double total = 0;
  std::uint32_t last = 0;  // whatever is rounded, what has no probability is not drawn
  for (std::uint32_t v = 0; v < p.size(); ++v) {
    total += p[v];
    if (p[v] > 0) last = v;
  }
  const double step = total / static_cast<double>(values.size());
  double upto = p[0];
  std::uint32_t v = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    const double u = (static_cast<double>(t) + start) * step;
    while (u >= upto && v < last) upto += p[++v];
    values[t] = v;
  }
}

}  // namespace fedloom::model
