// After the first 1-ways: from codes to bins, for all that the loop keeps.

#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {

void Loop::Impl::coarsen() {
  if (state.round == 1 && !one_way_only()) go_on_over(coarsening_for(experiment.schema, measurements));
}

void Loop::Impl::go_on_over(schema::Coarsening bins) {
  if (bins.empty()) return;
  const schema::Domain& fine = experiment.schema.domain();
  coarsening = std::move(bins);
  measured_domain = coarsening.over(fine);
  workload = Workload(measured_domain, experiment.generator);
  generator = model::Generator(measured_domain, components_of(experiment));
  std::vector<boundary::Measurement> folded = fold(measurements, coarsening, fine);
  for (boundary::Measurement& m : measurements) {
    if (m.coarsening.empty()) first_look.push_back(std::move(m));
  }
  measurements = std::move(folded);
}

std::vector<boundary::Measurement> Loop::Impl::released() const {
  std::vector<boundary::Measurement> out = first_look;
  const auto later = measurements.begin() + static_cast<std::ptrdiff_t>(first_look.size());
  out.insert(out.end(), later, measurements.end());
  return out;
}

}  // namespace fedloom::coordinator
