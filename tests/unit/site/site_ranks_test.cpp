#include "fedloom/site/site_ranks.hpp"

#include <gtest/gtest.h>

#include <future>

#include "fedloom/base/error.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/site/curator.hpp"
#include "support/site_wires.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

constexpr std::size_t rows = 901;

/// A site of several ranks as threads; what it releases is seen through a curator, whose noise is all the noise.
class Ranks : public ::testing::Test {
 protected:
  Ranks() {
    world_.experiment.privacy.trust = config::Trust::central;
    world_.experiment.roster.reset();
    world_.experiment.transport.join_limit = world_.experiment.transport.reply_limit = Millis(2000);
    world_.policies[0].allow.trust = {config::Trust::central};
  }

  /// Every `of`-th row from `index` on, in the rows of SiteWorld::table(0, rows).
  data::Loaded part(std::uint32_t index, std::uint32_t of) const {
    const auto whole = world_.table(0, rows).table;
    data::Loaded loaded{data::Table(whole.domain()), {}};
    for (std::size_t row = index; row < rows; row += of) {
      std::array<std::uint32_t, 3> codes{};
      for (std::size_t i = 0; i < 3; ++i) {
        std::visit([&](const auto& column) { codes[i] = static_cast<std::uint32_t>(column[row]); }, whole.column(i));
      }
      loaded.table.append(codes);
    }
    return loaded;
  }

  site::SiteRun run(SiteWire* wire, RandomWords& random) const {
    auto made = world_.run(0, key_, random);
    made.ranks = wire;
    return made;
  }

  std::future<bool> serve(SiteWire& wire, data::Loaded&& loaded, std::string run_id = "run-1") {
    return std::async(std::launch::async, [this, &wire, run_id, loaded = std::move(loaded)]() mutable {
      SplitMixRandom none(0);
      auto made = run(&wire, none);
      made.run_id = run_id;
      return site::serve_part(made, std::move(loaded));
    });
  }

  /// Two rounds' noisy values, in one folder of state for each call.
  std::vector<std::vector<std::int64_t>> release(std::uint32_t ranks) {
    TempFolder state;
    world_.policies[0].state = state.path();
    auto wires = SiteWire::make(ranks);
    std::vector<std::future<bool>> others;
    for (std::uint32_t rank = 1; rank < ranks; ++rank) others.push_back(serve(wires[rank], part(rank, ranks)));
    SplitMixRandom random(5);
    const auto first = run(ranks > 1 ? &wires[0] : nullptr, random);
    site::await_parts(first, {});
    std::vector<std::vector<std::int64_t>> values;
    {
      site::Curator curator(first, part(0, ranks), log_);
      for (const std::uint32_t round : {1U, 2U}) {
        auto plan = world_.plan(round);
        plan.contributors = 1;
        plan.queries.push_back({{.marginal = {0, 1}}, plan.queries[0].site_noise});
        if (round == 2) plan.coarsening = schema::Coarsening({{0, {0, 1, 1}}});
        for (const auto& measured : curator.measure(plan)) {
          values.emplace_back(measured.grid_values.begin(), measured.grid_values.end());
        }
      }
    }
    site::dismiss_parts(first, true);
    for (auto& other : others) EXPECT_TRUE(other.get());
    return values;
  }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
  site::SiteLog log_{world_.folder.path(), "site0"};
};

TEST_F(Ranks, ReleaseTheSameBitsHoweverManyTheyAre) {
  const auto alone = release(1);
  ASSERT_EQ(alone.size(), 10U);
  for (const std::uint32_t ranks : {2U, 3U, 5U}) EXPECT_EQ(release(ranks), alone) << ranks << " ranks";
}

TEST_F(Ranks, OfAnotherRunAreNotAdded) {
  auto wires = SiteWire::make(2);
  auto other = serve(wires[1], part(1, 2), "run-2");
  SplitMixRandom random(5);
  const auto first = run(&wires[0], random);
  EXPECT_THROW(site::await_parts(first, {}), EnvironmentError);
  site::dismiss_parts(first, false);
  EXPECT_FALSE(other.get());
}

TEST_F(Ranks, ThatReadOtherRowsAreNotAdded) {
  auto wires = SiteWire::make(2);
  auto loaded = part(1, 2);
  loaded.all_rows = sha256("other rows");
  auto other = serve(wires[1], std::move(loaded));
  SplitMixRandom random(5);
  const auto first = run(&wires[0], random);
  try {
    site::await_parts(first, sha256("rows"));
    ADD_FAILURE();
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("part 2 of 2: read other rows"), std::string::npos) << error.what();
  }
  site::dismiss_parts(first, false);
  EXPECT_FALSE(other.get());
}

TEST_F(Ranks, ThatGiveUpEndTheSite) {
  auto wires = SiteWire::make(2);
  wires[1].give_up();
  SplitMixRandom random(5);
  EXPECT_THROW(site::await_parts(run(&wires[0], random), {}), EnvironmentError);
}

TEST_F(Ranks, ThatNeverComeEndTheWait) {
  world_.experiment.transport.join_limit = Millis(30);
  auto wires = SiteWire::make(2);
  SplitMixRandom random(5);
  EXPECT_THROW(site::await_parts(run(&wires[0], random), {}), EnvironmentError);
}

TEST_F(Ranks, AnswerNothingButPlans) {
  auto wires = SiteWire::make(2);
  auto other = serve(wires[1], part(1, 2));
  wires[0].send_inside_this_site(1, {9, 9, 9});
  EXPECT_THROW(other.get(), EnvironmentError);
}

}  // namespace
}  // namespace fedloom::test
