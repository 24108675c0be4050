// Two neighbouring tables, the same test generators, recovery with lost sites and retries: bytes, lengths and order of
// everything that the first site sends, and the public ticks at which it leaves, are the same outside the masked words.
//
// One generator serves the noise and the keys here, as in the programs. How many words the noise takes does not depend
// on the rows: it is drawn by the plan alone and added to the counts. So the keys, seeds and shares that are drawn
// after it are the same for both tables, and Offer and Unmask are compared to the byte; a twin whose draws follow its
// rows is caught by that.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "masked_words.hpp"
#include "stepped_session.hpp"

namespace fedloom::test {
namespace {

const Quorum quorum{.sites = 5, .colluding = 1, .dropouts = 2};

bool same(const std::vector<Left>& a, const std::vector<Left>& b) {
  return std::ranges::equal(a, b, [](const Left& x, const Left& y) {
    return x.after == y.after && x.bytes.size() == y.bytes.size() && blotted(x.bytes) == blotted(y.bytes);
  });
}

data::Loaded table_of(const SiteWorld& world, std::size_t site, bool one_more) {
  auto loaded = world.table(site, 90);
  const std::array<std::uint32_t, 3> row{2, 3, 1};
  if (one_more && site == 0) loaded.table.append(row);
  return loaded;
}

template <class T>
bool is(const secagg::Message& message) {
  return std::holds_alternative<T>(message);
}

/// What happens in a run, in terms of public things: who says what for the how-many-eth time.
struct Scenario {
  const char* name;
  std::function<Fate(std::size_t site, const secagg::Message& message, std::size_t times)> fate;
  std::vector<std::size_t> survivors;  ///< in each of the two sums
  std::size_t rounds_lost = 0;
  std::size_t shares_sent = 2;  ///< by the first site, repetitions counted
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

/// The fate of each message by how often its site has said that kind of thing.
std::function<Fate(std::size_t, const secagg::Message&)> counted(const Scenario& scenario) {
  auto said = std::make_shared<std::map<std::pair<std::size_t, std::size_t>, std::size_t>>();
  return [said, &scenario](std::size_t site, const secagg::Message& message) {
    return scenario.fate(site, message, ++(*said)[{site, message.index()}]);
  };
}

Fate when(bool happens, Fate fate) { return happens ? fate : Fate::arrives; }

template <class T>
Scenario breaks_at(const char* name, std::vector<std::size_t> survivors, std::size_t at = 1) {
  return {name,
          [at](std::size_t site, const secagg::Message& message, std::size_t times) {
            return when(site == 3 && is<T>(message) && times == at, Fate::breaks);
          },
          std::move(survivors), 0,
          // A share that came in part is taken out of the sum again: the others send theirs once more.
          std::is_same_v<T, secagg::ShareChunk> ? 3U : 2U};
}
/// The first site's own message is lost on the way once: it is asked again.
template <class T>
Scenario asked_again(const char* name) {
  return {name,
          [](std::size_t site, const secagg::Message& message, std::size_t times) {
            return when(site == 0 && is<T>(message) && times == 1, Fate::dropped);
          },
          {5, 5},
          0,
          std::is_same_v<T, secagg::ShareChunk> ? 3U : 2U};
}

std::vector<Scenario> scenarios() {
  return {{"NobodyLost", [](auto, const auto&, auto) { return Fate::arrives; }, {5, 5}},
          breaks_at<secagg::Offer>("LostBeforeItsOffer", {4, 4}),
          breaks_at<secagg::ShareMessage>("LostBeforeItsShare", {4, 4}),
          breaks_at<secagg::ShareChunk>("LostInTheMiddleOfItsShare", {4, 4}, 2),
          breaks_at<secagg::Agree>("LostAfterItsShare", {5, 4}),
          breaks_at<secagg::Unmask>("LostBeforeItShows", {5, 4}),
          breaks_at<secagg::Goodbye>("LostAtTheEnd", {5, 5}),
          {"SilentFromItsShareOn",
           [](std::size_t site, const secagg::Message& message, std::size_t) {
             return when(site == 2 && !is<secagg::Join>(message) && !is<secagg::Advertise>(message) &&
                             !is<secagg::Offer>(message),
                         Fate::dropped);
           },
           {4, 4}},
          asked_again<secagg::Advertise>("ItsKeyAskedForAgain"),
          asked_again<secagg::Offer>("ItsOfferAskedForAgain"),
          asked_again<secagg::ShareChunk>("ItsShareAskedForAgain"),
          {"TwoLostBeforeTheirShares",
           [](std::size_t site, const secagg::Message& message, std::size_t times) {
             return when(site > 2 && times == 1 && is<secagg::ShareMessage>(message), Fate::breaks);
           },
           {3, 3}},
          {"RoundLostAndTriedAgain",
           [](std::size_t site, const secagg::Message& message, std::size_t times) {
             return when(site > 1 && is<secagg::Agree>(message) && times <= 2, Fate::dropped);
           },
           {3, 5},
           1,
           3}};
}

class RecoveryInterference : public testing::TestWithParam<Scenario> {
 protected:
  /// Two rounds; shares of two chunks in the first.
  static std::vector<boundary::RoundPlan> plans(const SiteWorld& world) {
    auto first = world.plan(1), second = world.plan(2);
    first.queries.push_back({{.marginal = {0, 1}}, privacy::noise_scale_at_least(90000.0)});
    second.queries.push_back({{.marginal = {0, 2}}, first.queries[0].site_noise});
    return {first, second};
  }
  static std::vector<Left> left(const SteppedOptions& options, const SiteWorld& world, const Scenario* expected) {
    SteppedSession session(world, options);
    session.run(plans(world));
    EXPECT_TRUE(session.closed);
    if (expected != nullptr) {
      EXPECT_EQ(session.rounds_lost, expected->rounds_lost);
      std::vector<std::size_t> survivors;
      for (const auto& each : session.survivors) survivors.push_back(each.size());
      EXPECT_EQ(survivors, expected->survivors);
    }
    return std::move(session.left);
  }
};
INSTANTIATE_TEST_SUITE_P(Each, RecoveryInterference, testing::ValuesIn(scenarios()),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(RecoveryInterference, NeighbouringTablesSendTheSameAtTheSameTicks) {
  const SiteWorld::Sizes wide{400, 400, 2};
  const SiteWorld world_a(quorum, wide), world_b(quorum, wide);
  // The second table takes longer to count, but no power of two of ticks longer.
  const auto a = left({.table = [&](std::size_t site) { return table_of(world_a, site, false); },
                       .counting = [](std::size_t) { return Millis(12); },
                       .fate = counted(GetParam())},
                      world_a, &GetParam());
  const auto b = left({.table = [&](std::size_t site) { return table_of(world_b, site, true); },
                       .counting = [](std::size_t site) { return Millis(site == 0 ? 19 : 12); },
                       .fate = counted(GetParam())},
                      world_b, &GetParam());
  EXPECT_TRUE(same(a, b));
  const auto is_share = [](const Left& each) { return is<secagg::ShareMessage>(secagg::decode(each.bytes).value()); };
  EXPECT_EQ(std::ranges::count_if(a, is_share), GetParam().shares_sent);
  const auto exactly = [](const Left& x, const Left& y) { return x.bytes == y.bytes; };
  EXPECT_FALSE(std::ranges::equal(a, b, exactly)) << "the masked words do carry the row";
  for (const Left& each : a) EXPECT_EQ(each.after.count() % 5, 0) << "whole ticks";
}

/// A small world, for twins.
std::vector<Left> small_run(const SteppedOptions& options, const SiteWorld& world) {
  SteppedSession session(world, options);
  session.run({world.plan(1)});
  return std::move(session.left);
}

TEST(RecoveryInterferenceTwins, EveryChangeOfOnePublicThingIsCaught) {
  const SiteWorld world(quorum);
  const auto a = small_run({.table = [&](std::size_t site) { return table_of(world, site, false); }}, world);
  std::set<std::size_t> kinds;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const auto message = secagg::decode(a[k].bytes).value();
    kinds.insert(message.index());
    auto later = a;
    later[k].after += Millis(5);
    EXPECT_FALSE(same(a, later));
    auto twice = a;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(k), a[k]);
    EXPECT_FALSE(same(a, twice));
    if (k > 0) {
      auto swapped = a;
      std::swap(swapped[k - 1], swapped[k]);
      EXPECT_FALSE(same(a, swapped));
    }
    if (is<secagg::ShareMessage>(message) || is<secagg::ShareChunk>(message)) continue;
    for (std::size_t at = 3; at < a[k].bytes.size(); at += 7) {
      auto changed = a;
      changed[k].bytes[at] ^= 1;
      if (!secagg::decode(changed[k].bytes)) continue;
      EXPECT_FALSE(same(a, changed)) << secagg::name_of(message) << " at " << at;
    }
  }
  EXPECT_EQ(kinds.size(), 8u) << "Join, Advertise, Offer, Share, ShareChunk, Agree, Unmask, Goodbye";
}

TEST(RecoveryInterferenceTwins, ASiteThatTellsItsRowsInItsBookedCostIsCaught) {
  const SiteWorld world(quorum);
  auto a = small_run({.table = [&](std::size_t site) { return table_of(world, site, false); }}, world);
  auto b = a;
  for (Left& each : b) {
    auto message = secagg::decode(each.bytes).value();
    if (auto* share = std::get_if<secagg::ShareMessage>(&message)) share->booked_rho += 91e-6;
    each.bytes = secagg::encode(message);
  }
  EXPECT_FALSE(same(a, b));
}

TEST(RecoveryInterferenceTwins, KeysWhoseDrawsFollowTheRowsAreCaught) {
  const SiteWorld world_a(quorum), world_b(quorum);
  const auto draws = [](std::uint64_t rows) { return [rows](std::size_t site) { return site == 0 ? rows : 0; }; };
  const auto a = small_run(
      {.table = [&](std::size_t site) { return table_of(world_a, site, false); }, .drawn_before = draws(90)}, world_a);
  const auto b = small_run(
      {.table = [&](std::size_t site) { return table_of(world_b, site, true); }, .drawn_before = draws(91)}, world_b);
  EXPECT_FALSE(same(a, b));
}

TEST(RecoveryInterferenceTwins, ATickShorterThanCountingIsCaught) {
  const SiteWorld world_a(quorum), world_b(quorum);
  const auto counting = [](int first) { return [first](std::size_t site) { return Millis(site == 0 ? first : 3); }; };
  const auto a = small_run({.table = [&](std::size_t site) { return table_of(world_a, site, false); },
                            .counting = counting(12),
                            .tick = Millis(1)},
                           world_a);
  const auto b = small_run({.table = [&](std::size_t site) { return table_of(world_b, site, true); },
                            .counting = counting(19),
                            .tick = Millis(1)},
                           world_b);
  EXPECT_FALSE(same(a, b));
}

}  // namespace
}  // namespace fedloom::test
