#include "fedloom/coordinator/conduct.hpp"

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"
#include "unit/coordinator/books.hpp"

namespace fedloom::coordinator {
namespace {

/// Sites that lose every round, and that have booked nothing for it when they are asked later.
class LosingSource final : public MeasurementSource {
 public:
  explicit LosingSource(const schema::Domain& domain) : domain_(domain) {}
  privacy::Rho booked() const override { return {booked_}; }
  bool holds(const boundary::RoundPlan&) const override { return false; }
  std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) override {
    LostRound lost{.reason = "too few sites were left",
                   .spent = {.round = plan.round,
                             .attempt = plan.attempt,
                             .kind = "lost",
                             .stage = plan.stage,
                             .events = boundary::events_of(plan, domain_)}};
    booked_ += privacy::cost_of({lost.spent}).value;
    return lost;
  }
  std::size_t select(const SelectStep&, PublicSpend&) override { return 0; }
  ClosedBooks close(bool, const std::vector<PublicSpend>&) override { return {}; }

 private:
  const schema::Domain& domain_;
  double booked_ = 0;
};

// A loss is listed as paid, whether the sites have paid or not. Were it not counted, the list would pass the budget.
TEST(Conduct, CountsEveryLossThatItListsAlsoWhenTheSitesHaveBookedLess) {
  const fedloom::test::TempFolder folder;
  const test::Books books(config::Trust::none);
  const config::Experiment& experiment = books.experiment;
  const schema::Domain& domain = experiment.schema.domain();
  {
    RunFolder run = RunFolder::create(folder / "run-1", experiment);
    LosingSource source(domain);
    EXPECT_THROW(conduct(experiment, run, source, {}), PeerError);
  }
  RunFolder run = RunFolder::reopen(folder / "run-1", experiment);
  LosingSource source(domain);
  EXPECT_THROW(conduct(experiment, run, source, {}), PeerError);
  const double spent = Loop::resume(experiment, 3, run.checkpoint()).spent().value;
  EXPECT_GE(spent * (1 + 1e-12), privacy::cost_of(run.spends()).value);
}

}  // namespace
}  // namespace fedloom::coordinator
