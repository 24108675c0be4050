// After the first 1-ways: from codes to bins, for all that the loop keeps.

#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {

void Loop::Impl::coarsen() {
  if (state.round == 1 && !one_way_only()) go_on_over(coarsening_for(experiment.schema, released));
}

void Loop::Impl::go_on_over(schema::Coarsening bins) {
  if (bins.empty()) return;
  const schema::Domain& fine = experiment.schema.domain();
  coarsening = std::move(bins);
  measured_domain = coarsening.over(fine);
  workload = Workload(measured_domain, experiment.generator);
  generator = model::Generator(measured_domain, components_of(experiment));
  measurements = fold(released, coarsening, fine);
}

}  // namespace fedloom::coordinator
