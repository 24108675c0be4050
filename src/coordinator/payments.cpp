#include "fedloom/coordinator/payments.hpp"

#include <cmath>
#include <map>

#include "coordinator/budget.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::coordinator {
namespace {

using Paid = std::map<std::uint32_t, std::vector<privacy::GaussianEvent>>;
using Released = std::map<std::uint32_t, std::vector<const boundary::Measurement*>>;

class Payments {
 public:
  Payments(const config::Experiment& experiment, const std::filesystem::path& file)
      : domain_(experiment.schema.domain()), file_(file), crowd_(Crowd::of(experiment, experiment.quorum().sites)) {}

  void check(const Paid& paid, const Released& released) const {
    for (const auto& [round, measurements] : released) {
      if (!paid.contains(round)) {
        damaged("holds measurements of round " + std::to_string(round) +
                ", which no entry of the public ledger paid for");
      }
    }
    for (const auto& [round, events] : paid) {
      const auto found = released.find(round);
      const std::size_t count = found == released.end() ? 0 : found->second.size();
      if (count != events.size()) {
        damaged("holds " + std::to_string(count) + " measurements of round " + std::to_string(round) +
                ", but the public ledger's entries of that round paid for " + std::to_string(events.size()));
      }
      for (std::size_t k = 0; k < count; ++k) check(*found->second[k], events[k]);
    }
  }

 private:
  void check(const boundary::Measurement& measurement, const privacy::GaussianEvent& event) const {
    const std::uint64_t entity = crowd_.entity_rows;
    if (measurement.grid_values.size() != event.dimension)
      differs(measurement, "has another number of values than its entry of the public ledger");
    if (measurement.query.row_l2_squared() * entity * entity != event.sensitivity.squared)
      differs(measurement, "moves by another amount than the sensitivity in its entry of the public ledger");
    if (event.contributors != crowd_.contributors)
      differs(measurement, "was paid for as if " + std::to_string(event.contributors) +
                               " sites' noise were counted on, which is not what the experiment says");
    if (measurement.grid_bits != event.site_noise.grid_bits || !noise_fits(measurement, event))
      differs(measurement, "names another noise than its entry of the public ledger");
  }

  /// σ² of the sum is a whole number of sites' variances: of those that were there, and so at least of the
  /// contributors'.
  bool noise_fits(const boundary::Measurement& measurement, const privacy::GaussianEvent& event) const {
    const double sites = measurement.sigma * measurement.sigma / event.site_noise.variance_counts();
    const double whole = std::round(sites);
    return std::abs(sites - whole) <= 1e-9 * whole && whole >= crowd_.contributors && whole <= crowd_.sites;
  }

  [[noreturn]] void differs(const boundary::Measurement& measurement, const std::string& how) const {
    damaged("the measurement of " + measurement.query.marginal.name(domain_) + " in round " +
            std::to_string(measurement.round) + " " + how);
  }

  [[noreturn]] void damaged(const std::string& what) const {
    throw LedgerError(file_.string(), what, "it was changed after the run: take a copy that verifies");
  }

  const schema::Domain& domain_;
  const std::filesystem::path& file_;
  Crowd crowd_;
};

}  // namespace

void check_payments(const std::vector<privacy::PublicSpend>& spends,
                    const std::vector<boundary::Measurement>& measurements, const config::Experiment& experiment,
                    const std::filesystem::path& file) {
  Paid paid;
  for (const auto& spend : spends) {
    if (spend.kind != "spend") continue;
    for (const auto& event : spend.events) {
      if (const auto* noisy = std::get_if<privacy::GaussianEvent>(&event)) paid[spend.round].push_back(*noisy);
    }
  }
  Released released;
  for (const auto& measurement : measurements) released[measurement.round].push_back(&measurement);
  Payments(experiment, file).check(paid, released);
}

}  // namespace fedloom::coordinator
