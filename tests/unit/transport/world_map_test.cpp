#include "world_map.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

Seat seat(const std::string& party, std::uint32_t part = 0, std::uint32_t parts = 1) {
  return {.process = {}, .party = sha256(party), .part = part, .parts = parts};
}

std::string fault_of(const std::vector<Seat>& seats) {
  std::string first;
  for (std::size_t own = 0; own < seats.size(); ++own) {
    std::string fault = "none";
    try {
      map_world(seats, own);
    } catch (const EnvironmentError& error) {
      fault = error.what();
    }
    if (own == 0) first = fault;
    EXPECT_EQ(fault, first) << "all ranks must come to the same end, or some wait for the others";
  }
  return first;
}

TEST(WorldMap, OfOneRankAPartyIsTheWorld) {
  const std::vector<Seat> seats{seat(""), seat(""), seat("")};
  const auto map = map_world(seats, 2);
  EXPECT_EQ(map.star, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(map.party, std::vector<int>{2});
}

TEST(WorldMap, PutsFirstRanksIntoTheStarAndPartiesTogetherByPart) {
  const std::vector<Seat> seats{seat(""),        seat("a", 0, 3), seat("b", 1, 2), seat("a", 2, 3),
                                seat("b", 0, 2), seat("a", 1, 3), seat("")};
  for (const std::size_t own : {1U, 3U, 5U}) {
    EXPECT_EQ(map_world(seats, own).party, (std::vector<int>{1, 5, 3}));
    EXPECT_EQ(map_world(seats, own).star, (std::vector<int>{0, 1, 4, 6}));
  }
  EXPECT_EQ(map_world(seats, 2).party, (std::vector<int>{4, 2}));
  EXPECT_EQ(map_world(seats, 6).party, std::vector<int>{6});
}

TEST(WorldMap, TheCoordinatorMayBeSeveralRanks) {
  const std::vector<Seat> seats{seat("c", 0, 2), seat("c", 1, 2), seat("")};
  EXPECT_EQ(map_world(seats, 1).party, (std::vector<int>{0, 1}));
  EXPECT_EQ(map_world(seats, 1).star, (std::vector<int>{0, 2}));
}

TEST(WorldMap, RefusesAPartThatIsMissing) {
  EXPECT_NE(
      fault_of({seat(""), seat("a", 0, 3), seat("a", 2, 3)}).find("rank 1 was started as part 1 of 3, but only 2"),
      std::string::npos);
}

TEST(WorldMap, RefusesAPartThatIsThereTwice) {
  EXPECT_NE(fault_of({seat(""), seat("a", 0, 2), seat("a", 0, 2)}).find("started twice"), std::string::npos);
}

TEST(WorldMap, RefusesPartsThatDoNotAgreeHowManyTheyAre) {
  EXPECT_NE(fault_of({seat(""), seat("a", 0, 2), seat("a", 1, 3)}).find("as something else"), std::string::npos);
  EXPECT_NE(fault_of({seat(""), seat("a", 0, 2), seat("a", 1, 2), seat("a")}).find("as something else"),
            std::string::npos);
}

TEST(WorldMap, RefusesAPartBeyondTheLast) {
  EXPECT_NE(fault_of({seat(""), seat("a", 2, 2), seat("a", 0, 2)}).find("which is no part"), std::string::npos);
}

TEST(WorldMap, RefusesAWorkerAsRankZero) {
  EXPECT_NE(fault_of({seat("c", 1, 2), seat("c", 0, 2), seat("")}).find("rank 0 is the coordinator's first"),
            std::string::npos);
}

}  // namespace
}  // namespace fedloom::transport
