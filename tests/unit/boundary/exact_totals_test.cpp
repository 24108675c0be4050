// trust: aggregate: exact counts on their way to a curator, and back out through noise.

#include "fedloom/boundary/exact_totals.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"
#include "fedloom/boundary/share_vault.hpp"
#include "fixtures.hpp"

namespace fedloom::site {

/// In programs the site's policy decides; these tests say yes.
class AggregateConsent {
 public:
  static boundary::AggregateGrant to(const privacy::CuratorEvent& curator) { return boundary::AggregateGrant(curator); }
};

}  // namespace fedloom::site

namespace fedloom::boundary {
namespace {

using schema::Coarsening;
using schema::Marginal;
using test::counts_of;

const privacy::CuratorEvent curator{.rho_num = 1, .rho_shift = 2};
const schema::Domain domain({{"a", 2}, {"b", 3}});

RoundPlan exact_plan(const std::vector<Marginal>& marginals) {
  RoundPlan plan{.round = 1, .stage = "exact", .curator = curator};
  for (const auto& marginal : marginals) plan.queries.push_back({{.marginal = marginal}, {}});
  return plan;
}

ExactTotals totals_of(const std::vector<Marginal>& marginals, std::vector<std::uint64_t> words) {
  return ExactTotals(std::move(words), exact_plan(marginals), domain);
}

bool is_read(const RoundPlan& plan) {
  ByteWriter out;
  write(out, plan);
  const Bytes bytes = std::move(out).take();
  ByteReader in(bytes);
  return read_plan(in) == plan && in.finished();
}

TEST(ExactPlan, ComesBackAsItWas) {
  const auto plan = exact_plan({Marginal(), {0}, {0, 1}});
  EXPECT_TRUE(is_read(plan));
  EXPECT_EQ(plan_from_json(to_json(plan, domain), domain, "plan.json"), plan);
  auto noisy = plan;
  noisy.curator.reset();
  EXPECT_NE(content_hash(noisy), content_hash(plan));
}

TEST(ExactPlan, BooksTheCuratorsBudgetAndWhatItOpens) {
  const auto events = events_of(exact_plan({Marginal(), {0, 1}}), domain);
  EXPECT_EQ(events, (std::vector<privacy::Event>{curator, privacy::OpenedEvent{},
                                                 privacy::OpenedEvent{.degree = 2, .attributes = {0, 1}}}));
  EXPECT_EQ(cost_of(exact_plan({Marginal()}), domain).value, 0.25);
}

TEST(ExactPlan, WithNoiseOrSketchesOrSeveralAddersIsNone) {
  auto noisy = exact_plan({{0}});
  noisy.queries[0].site_noise = test::gaussian(1).site_noise;
  EXPECT_FALSE(is_read(noisy));
  auto sketch = exact_plan({{0}});
  sketch.queries[0].query = {.kind = schema::Query::Kind::sketch, .marginal = {0}, .sketch_rows = 8};
  EXPECT_FALSE(is_read(sketch));
  auto many = exact_plan({{0}});
  many.contributors = 2;
  EXPECT_FALSE(is_read(many));
  auto again = exact_plan({{0}});
  again.reuse = true;
  EXPECT_FALSE(is_read(again));
  auto nothing = exact_plan({{0}});
  nothing.curator->rho_num = 0;
  EXPECT_FALSE(is_read(nothing));
}

class Opening : public ::testing::Test {
 protected:
  ExactShare open(std::vector<std::int64_t> counts, std::vector<privacy::Event> events,
                  const privacy::CuratorEvent& granted = curator) {
    return Releaser(random_).open(counts_of(std::move(counts)), payer_.pay(std::move(events)),
                                  site::AggregateConsent::to(granted));
  }
  static std::vector<std::uint64_t> words_of(ExactShare&& share) {
    const auto length = share.length();
    const auto sealed =
        MaskedShare::seal_exact(std::move(share), secagg::MaskMaker::of(std::vector<std::uint64_t>(length, 0)));
    return {sealed.words().begin(), sealed.words().end()};
  }
  test::SplitMixRandom random_{3};
  test::Payer payer_;
};
using OpeningDeathTest = Opening;

TEST_F(Opening, GivesTheCountsAsTheyAre) {
  EXPECT_EQ(words_of(open({0, 5, 7}, {curator, privacy::OpenedEvent{.degree = 1, .attributes = {1}}})),
            (std::vector<std::uint64_t>{0, 5, 7}));
}

TEST_F(Opening, IsCoveredByTheWholeMask) {
  auto share = open({1, 2}, {curator, privacy::OpenedEvent{}});
  const auto sealed = MaskedShare::seal_exact(std::move(share), secagg::MaskMaker::of({UINT64_MAX, 40}));
  EXPECT_EQ(std::vector(sealed.words().begin(), sealed.words().end()), (std::vector<std::uint64_t>{0, 42}));
}

TEST_F(OpeningDeathTest, WithoutAHandoverAborts) {
  EXPECT_DEATH(open({1, 2}, {test::gaussian(2)}), "broken invariant");
  EXPECT_DEATH(open({1, 2}, {privacy::OpenedEvent{}}), "broken invariant");
}

TEST_F(OpeningDeathTest, OfMoreThanWasBookedAborts) {
  EXPECT_DEATH(open({1}, {curator, privacy::OpenedEvent{}, privacy::OpenedEvent{.degree = 1}}), "broken invariant");
}

TEST_F(OpeningDeathTest, ToAnotherCuratorThanWasGrantedAborts) {
  EXPECT_DEATH(open({1}, {curator, privacy::OpenedEvent{}}, privacy::CuratorEvent{.rho_num = 1, .rho_shift = 1}),
               "broken invariant");
}

TEST_F(OpeningDeathTest, WithAGrantThatIsUsedUpAborts) {
  auto grant = site::AggregateConsent::to(curator);
  [[maybe_unused]] const auto moved = std::move(grant);
  EXPECT_DEATH(Releaser(random_).open(counts_of({1}), payer_.pay({curator, privacy::OpenedEvent{}}), std::move(grant)),
               "broken invariant");
}

TEST_F(Opening, IsStoredApartFromNoisedShares) {
  const test::TempFolder folder;
  const auto key = SigningKey::generate();
  ShareVault vault(folder / "vault", key, random_);
  const ShareVault::Slot slot{.run = "run-1", .round = 2, .plan = sha256("plan")};
  vault.put(slot, open({4, 5}, {curator, privacy::OpenedEvent{}}));
  EXPECT_EQ(words_of(*vault.take_exact(slot)), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_THROW(vault.take(slot), LedgerError) << "an exact share never passes for a noised one";
}

TEST(ExactTotals, KnowWhatWasOpenedAndNothingElse) {
  auto totals = totals_of({Marginal(), {0}}, {9, 4, 5});
  EXPECT_TRUE(totals.holds({}, {}));
  EXPECT_TRUE(totals.holds({0}, {}));
  EXPECT_FALSE(totals.holds({1}, {}));
  totals.add(totals_of({{1}}, {2, 3, 4}));
  EXPECT_TRUE(totals.holds({1}, {}));
}

TEST(ExactTotalsDeathTest, TakeNoTotalTwiceAndNoOtherLength) {
  auto totals = totals_of({{0}}, {4, 5});
  EXPECT_DEATH(totals.add(totals_of({{0}}, {4, 5})), "broken invariant");
  EXPECT_DEATH(totals_of({{0}}, {4, 5, 6}), "broken invariant");
}

class Curating : public ::testing::Test {
 protected:
  /// The 1-way of b: 20, 30, 50 rows.
  ExactTotals totals_ = totals_of({{1}}, {20, 30, 50});
  test::SplitMixRandom random_{5};
  test::Payer payer_;

  static RoundPlan noisy_plan(const Marginal& marginal, Coarsening coarsening = {}) {
    RoundPlan plan{.round = 1, .stage = "measure", .coarsening = std::move(coarsening)};
    plan.queries.push_back({{.marginal = marginal}, test::gaussian(1).site_noise});
    return plan;
  }
  std::vector<double> released(const RoundPlan& plan) {
    auto total = TotalsReleaser(random_).release(totals_, plan, payer_.pay(events_of(plan, domain)));
    const auto measured = to_measurements(std::move(total), plan, domain, 1).front();
    std::vector<double> values;
    for (std::size_t k = 0; k < measured.grid_values.size(); ++k) values.push_back(measured.value(k));
    return values;
  }
};
using CuratingDeathTest = Curating;

TEST_F(Curating, ReleasesTotalsUnderTheNoiseThatWasPaidFor) {
  const auto values = released(noisy_plan({1}));
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NE(values, (std::vector<double>{20, 30, 50}));
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(values[k], std::vector<double>({20, 30, 50})[k], 10 * 1.25);
}

TEST_F(Curating, MergesWhatWasOpenedOverFinerCodes) {
  const Coarsening coarsening({{.attribute = 1, .bin_of = {0, 1, 0}}});
  EXPECT_TRUE(totals_.holds({1}, coarsening));
  const auto values = released(noisy_plan({1}, coarsening));
  ASSERT_EQ(values.size(), 2U);
  EXPECT_NEAR(values[0], 70, 10 * 1.25);
  EXPECT_NEAR(values[1], 30, 10 * 1.25);
}

TEST_F(Curating, MergesEachAttributeOfAPair) {
  totals_ = totals_of({{0, 1}}, {100, 200, 400, 1000, 2000, 4000});
  const Coarsening coarsening({{.attribute = 1, .bin_of = {0, 1, 0}}});
  const auto values = released(noisy_plan({0, 1}, coarsening));
  const std::vector<double> expected{500, 200, 5000, 2000};
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(values[k], expected[k], 10 * 1.25);
}

TEST_F(Curating, SelectsWhatTheModelLacksMost) {
  totals_.add(totals_of({{0}}, {60, 40}));
  const std::vector<Candidate> candidates{{.marginal = {1}, .model = {20, 30, 50}}, {.marginal = {0}, .model = {0, 0}}};
  auto spend = payer_.pay({privacy::ExponentialEvent{.epsilon_num = 10, .epsilon_shift = 0, .candidates = 2}});
  EXPECT_EQ(TotalsReleaser(random_).select(totals_, candidates, {}, 1, std::move(spend)), 1U);
}

TEST_F(CuratingDeathTest, ReleasesNothingThatWasNotOpened) {
  EXPECT_DEATH(released(noisy_plan({0})), "broken invariant");
}

TEST_F(CuratingDeathTest, ReleasesNothingThatOthersWouldHaveToNoise) {
  auto plan = noisy_plan({1});
  plan.contributors = 2;
  EXPECT_DEATH(released(plan), "broken invariant");
}

TEST_F(CuratingDeathTest, ReleasesNothingForWhatASiteHasBooked) {
  const auto plan = noisy_plan({1});
  EXPECT_DEATH(TotalsReleaser(random_).release(totals_, plan, payer_.pay(events_of(exact_plan({{1}}), domain))),
               "broken invariant");
}

}  // namespace
}  // namespace fedloom::boundary
