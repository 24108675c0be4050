// What the types forbid, as far as traits can say it; tests/boundary proves the rest with the compiler.

#include <gtest/gtest.h>

#include <type_traits>

#include "fedloom/boundary/exact_totals.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/release.hpp"

namespace fedloom::boundary {
namespace {

template <class T>
concept move_only = std::is_nothrow_move_constructible_v<T> && !std::is_copy_constructible_v<T> &&
                    !std::is_copy_assignable_v<T> && !std::is_default_constructible_v<T>;

static_assert(move_only<RawCounts> && move_only<RawScores> && move_only<NoisedShare> && move_only<Mask>);
static_assert(move_only<ExactShare> && move_only<ExactTotals> && !std::is_copy_constructible_v<AggregateGrant>);
static_assert(move_only<privacy::Spend> && !std::is_move_assignable_v<privacy::Spend>);
static_assert(std::is_nothrow_move_constructible_v<Total> && !std::is_copy_constructible_v<Total>);

using Words = std::vector<std::uint64_t>;
static_assert(!std::is_constructible_v<NoisedShare, Words> &&
              !std::is_constructible_v<NoisedShare, Words, std::uint32_t>);
static_assert(!std::is_constructible_v<NoisedShare, RawCounts>);
static_assert(!std::is_constructible_v<Mask, Words> && !std::is_constructible_v<Mask, std::unique_ptr<MaskSource>>);
static_assert(!std::is_constructible_v<MaskedShare, Words> && !std::is_constructible_v<MaskedShare, NoisedShare>);
static_assert(!std::is_constructible_v<Total, NoisedShare> && !std::is_constructible_v<Total, RawCounts>);
static_assert(!std::is_constructible_v<privacy::Spend, std::vector<privacy::Event>>);

// Each step takes what it uses up, and cannot borrow it.
static_assert(std::is_invocable_v<decltype(&Releaser::release), Releaser, std::vector<RawCounts>&&, privacy::Spend&&>);
static_assert(!std::is_invocable_v<decltype(&Releaser::release), Releaser, std::vector<RawCounts>&, privacy::Spend&&>);
static_assert(!std::is_invocable_v<decltype(&Releaser::release), Releaser, std::vector<RawCounts>&&, privacy::Spend&>);
static_assert(!std::is_invocable_v<decltype(&MaskedShare::seal), NoisedShare&, Mask&&>);
static_assert(!std::is_invocable_v<decltype(&MaskedShare::seal), NoisedShare&&, Mask&>);

TEST(Types, RawCountsTellOnlyTheirLengthAndBound) {
  const RawCounts counts({7, 8, 9}, privacy::L2Bound{4});
  EXPECT_EQ(counts.length(), 3U);
  EXPECT_EQ(counts.l2().squared, 4U);
}

}  // namespace
}  // namespace fedloom::boundary
