#include "fedloom/coordinator/conduct.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "support/temp_folder.hpp"
#include "unit/coordinator/books.hpp"

namespace fedloom::coordinator {
namespace {

/// Sites that lose every round, and that have booked nothing for it when they are asked later; after some rounds the
/// coordinator is gone before an answer comes.
class LosingSource final : public MeasurementSource {
 public:
  explicit LosingSource(const schema::Domain& domain, std::size_t answers = 100) : domain_(domain), answers_(answers) {}
  privacy::Rho booked() const override { return {booked_}; }
  bool holds(const boundary::RoundPlan&) const override { return false; }
  std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) override {
    asked.push_back(plan);
    if (asked.size() > answers_) throw PeerError("", "the coordinator is gone", "");
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
  std::vector<boundary::RoundPlan> asked;

 private:
  const schema::Domain& domain_;
  std::size_t answers_;
  double booked_ = 0;
};

TEST(Conduct, RefusesFilesThatThisBuildCannotWriteBeforeAnythingIsAsked) {
  config::Experiment experiment = test::toy_experiment(config::Trust::none, 1);
  experiment.formats = {config::OutputFormat::csv, config::OutputFormat::sql};
  EXPECT_NO_THROW(require_formats(experiment, false));
  experiment.formats.push_back(config::OutputFormat::parquet);
  EXPECT_NO_THROW(require_formats(experiment, true));
  try {
    require_formats(experiment, false);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_STREQ(error.what(),
                 "toy.yaml: 'output.formats' lists parquet, which this build does not write; run "
                 "./launch/setup and build again, or leave parquet out");
  }
}

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

/// Three sites that answer by the toy table, and lose the rounds that the test says; each loss is paid for by all.
class LossySource final : public MeasurementSource {
 public:
  LossySource(const config::Experiment& experiment, std::function<bool(std::size_t time)> loses)
      : experiment_(experiment), loses_(std::move(loses)) {}
  privacy::Rho booked() const override { return {booked_}; }
  void has_booked(double rho) { booked_ = rho; }
  bool holds(const boundary::RoundPlan&) const override { return false; }
  bool knows_all_books() const override { return knows_all; }
  std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) override {
    const auto& domain = experiment_.schema.domain();
    const bool lost = loses_(asked.size());
    asked.push_back(plan);
    PublicSpend spent{.round = plan.round,
                      .attempt = plan.attempt,
                      .kind = lost ? "lost" : "spend",
                      .stage = plan.stage,
                      .events = boundary::events_of(plan, domain)};
    booked_ += privacy::cost_of({spent}).value;
    if (lost) return LostRound{"only 1 of 3 sites is left", std::move(spent)};
    return Measured{party_.measure(plan, domain), 2, std::move(spent)};
  }
  std::size_t select(const SelectStep&, PublicSpend&) override { return 0; }
  ClosedBooks close(bool finished, const std::vector<PublicSpend>& listed) override {
    closed_finished = finished;
    cost_listed = privacy::cost_of(listed).value;
    return {};
  }

  std::vector<boundary::RoundPlan> asked;
  bool knows_all = true;
  std::optional<bool> closed_finished;
  double cost_listed = 0;

 private:
  const config::Experiment& experiment_;
  std::function<bool(std::size_t)> loses_;
  test::ToyTable table_{2000};
  test::ToyParty party_{table_, 3, 5};
  double booked_ = 0;
};

class Conducting : public testing::Test {
 protected:
  static std::function<bool(std::size_t)> never() {
    return [](std::size_t) { return false; };
  }
  double budget() const { return privacy::rho_of(experiment_.privacy.epsilon, experiment_.privacy.delta).value; }
  std::size_t listed_as(const RunFolder& run, const std::string& kind) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(run.spends(), [&](const PublicSpend& spend) { return spend.kind == kind; }));
  }
  fedloom::test::TempFolder folder_;
  test::Books books_{config::Trust::none};
  const config::Experiment& experiment_ = books_.experiment;
};

TEST_F(Conducting, ALostRoundIsListedAndPlannedAnewAndTheRunEndsWithinItsBudget) {
  // The first round, one in the middle, two in a row.
  const std::vector<std::size_t> losses{0, 3, 6, 7};
  LossySource source(experiment_, [&](std::size_t time) { return std::ranges::find(losses, time) != losses.end(); });
  RunFolder run = RunFolder::create(folder_ / "run-1", experiment_);
  std::vector<std::string> notes;
  std::vector<RoundRecord> records;
  const RunResult result = conduct(experiment_, run, source,
                                   {.on_round = [&](const RoundRecord& record) { records.push_back(record); },
                                    .on_note = [&](const std::string& note) { notes.push_back(note); }});
  ASSERT_GT(source.asked.size(), 8U);
  EXPECT_EQ(listed_as(run, "lost"), 4U);
  EXPECT_EQ(listed_as(run, "spend"), source.asked.size() - 4);
  EXPECT_EQ(std::ranges::count(notes, "only 1 of 3 sites is left"), 4);
  // What the sites have booked is what the list says, and no more than the budget.
  EXPECT_EQ(source.closed_finished, true);
  EXPECT_NEAR(source.cost_listed, source.booked().value, 1e-9 * budget());
  EXPECT_LE(source.booked().value, budget() * (1 + 1e-9));
  EXPECT_GT(source.booked().value, budget() * 0.999);
  EXPECT_NEAR(result.rho_spent, source.booked().value, 1e-9 * budget());
  for (const std::size_t lost : losses) {
    EXPECT_EQ(source.asked[lost + 1].round, source.asked[lost].round) << "the same round";
    EXPECT_NE(source.asked[lost + 1].queries[0].site_noise, source.asked[lost].queries[0].site_noise)
        << "from what is left";
  }
  for (const RoundRecord& record : records) {
    EXPECT_EQ(record.shares, record.stage == "final fit" ? 0U : 2U) << record.stage;
  }
}

TEST_F(Conducting, ThreeLossesInARowEndTheRunAndTwoDoNot) {
  for (const std::size_t losses : {2U, 3U}) {
    LossySource source(experiment_, [&](std::size_t time) { return time >= 1 && time < 1 + losses; });
    RunFolder run = RunFolder::create(folder_ / ("run-" + std::to_string(losses)), experiment_);
    if (losses == 2) {
      EXPECT_NO_THROW(conduct(experiment_, run, source, {}));
      continue;
    }
    try {
      conduct(experiment_, run, source, {});
      FAIL();
    } catch (const PeerError& error) {
      EXPECT_NE(std::string(error.what()).find("3 rounds in a row were lost: only 1 of 3 sites is left"),
                std::string::npos)
          << error.what();
    }
    EXPECT_EQ(source.asked.size(), 4U);
    EXPECT_EQ(listed_as(run, "lost"), 3U);
    EXPECT_FALSE(source.closed_finished.has_value());
  }
}

/// A stop after that many rounds.
RunFolder stopped_after(std::size_t rounds, const std::filesystem::path& folder, const config::Experiment& experiment) {
  RunFolder run = RunFolder::create(folder, experiment);
  LossySource source(experiment, [](std::size_t) { return false; });
  std::atomic<bool> stop{false};
  EXPECT_THROW(conduct(experiment, run, source,
                       {.on_round = [&](const RoundRecord&) { stop = source.asked.size() == rounds; }, .stop = &stop}),
               StoppedCleanly);
  EXPECT_EQ(source.closed_finished, false);
  return RunFolder::reopen(folder, experiment);
}

TEST_F(Conducting, AResumedRunCountsTheRoundAskedLastAsPaidWhenASiteIsMissing) {
  for (const bool asked : {true, false}) {
    for (const bool knows_all : {true, false}) {
      const std::string name = std::string("run") + (asked ? "-asked" : "") + (knows_all ? "-all" : "");
      RunFolder run = stopped_after(2, folder_ / name, experiment_);
      const double spent = privacy::cost_of(run.spends()).value;
      // The plan of the third round had left when the coordinator was killed.
      if (asked) run.note_asked(3);
      LossySource source(experiment_, never());
      source.knows_all = knows_all;
      source.has_booked(spent);
      std::atomic<bool> stop{true};
      EXPECT_THROW(conduct(experiment_, run, source, {.stop = &stop}), StoppedCleanly);
      const bool counted = asked && !knows_all;
      EXPECT_EQ(listed_as(run, "lost"), counted ? 1U : 0U) << name;
      EXPECT_EQ(privacy::cost_of(run.spends()).value > spent, counted) << name;
    }
  }
}

// A site whose books hold less than was counted may have paid for what was asked last: asked for again, it would stand
// in that site's ledger twice and in the list once.
TEST(Conduct, AsksForNothingAgainThatASiteMayHavePaidFor) {
  const fedloom::test::TempFolder folder;
  const test::Books books(config::Trust::none);
  const config::Experiment& experiment = books.experiment;
  const schema::Domain& domain = experiment.schema.domain();
  LosingSource first(domain, 1), second(domain, 0);
  {
    RunFolder run = RunFolder::create(folder / "run-1", experiment);
    EXPECT_THROW(conduct(experiment, run, first, {}), PeerError);
  }
  RunFolder run = RunFolder::reopen(folder / "run-1", experiment);
  EXPECT_THROW(conduct(experiment, run, second, {}), PeerError);
  ASSERT_EQ(first.asked.size(), 2U);
  ASSERT_EQ(second.asked.size(), 1U);
  EXPECT_NE(boundary::events_of(second.asked.front(), domain), boundary::events_of(first.asked.back(), domain));
  EXPECT_EQ(run.spends().size(), 2U);
}

}  // namespace
}  // namespace fedloom::coordinator
