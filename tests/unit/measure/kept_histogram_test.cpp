#include "kept_histogram.hpp"

#include <gtest/gtest.h>

namespace fedloom::measure {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(KeptHistogram, GivesBackWhatItWasGiven) {
  Counts mostly_empty(1'000, 0);
  mostly_empty[7] = 3;
  mostly_empty[999] = 4'000'000'000;
  for (const auto& counts : {Counts{}, Counts{0, 0, 0}, Counts{1, 65'535, 2}, Counts{1, 65'536, 2},
                             Counts{4'294'967'295, 1, 1}, Counts{4'294'967'296, 1, 1}, mostly_empty})
    EXPECT_EQ(KeptHistogram(counts).counts(), counts);
}

TEST(KeptHistogram, TakesTwoBytesACellWhereCountsAreSmall) {
  EXPECT_LE(KeptHistogram(Counts(10'000, 9)).bytes(), 2 * 10'000 + sizeof(KeptHistogram));
}

TEST(KeptHistogram, TakesNextToNothingForEmptyCells) {
  Counts counts(1'000'000, 0);
  counts[5] = 1;
  EXPECT_LE(KeptHistogram(counts).bytes(), 8 + sizeof(KeptHistogram));
}

}  // namespace
}  // namespace fedloom::measure
