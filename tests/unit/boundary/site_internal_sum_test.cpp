#include "fedloom/boundary/site_internal_sum.hpp"

#include <gtest/gtest.h>

#include "fixtures.hpp"
#include "support/site_wires.hpp"

namespace fedloom::boundary {
namespace {

using Wires = std::vector<test::SiteWire>;

constexpr privacy::L2Bound one{1};

std::vector<RawCounts> counts(std::vector<std::vector<std::int64_t>> answers, privacy::L2Bound bound = one) {
  std::vector<RawCounts> raw;
  for (auto& answer : answers) raw.emplace_back(std::move(answer), bound);
  return raw;
}

void hand(test::SiteWire& wire, std::vector<RawCounts>&& part, CountNumber number = 1) {
  SiteInternalReducer(wire).hand_part_to_this_sites_first_rank(std::move(part), number);
}

std::vector<RawCounts> sum(SiteInternalWire& wire, std::vector<RawCounts>&& own, CountNumber number = 1) {
  return SiteInternalReducer(wire).add_the_parts_of_this_site(std::move(own), number, monotonic_now() + Millis(50));
}

/// What a release of the counts would be: the only way to see them.
std::vector<std::uint64_t> released(std::vector<RawCounts>&& raw) {
  test::Payer payer;
  test::SplitMixRandom random(7);
  std::vector<privacy::Event> events;
  for (const auto& answer : raw) events.emplace_back(test::gaussian(answer.length()));
  return test::words_of(Releaser(random).release(std::move(raw), payer.pay(std::move(events))));
}

std::string fault_of(Wires& wires, std::vector<RawCounts>&& own) {
  try {
    sum(wires[0], std::move(own));
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SiteInternalSum, IsTheSumOfAllParts) {
  auto wires = test::SiteWire::make(3);
  hand(wires[2], counts({{100, 0}, {-7}}));
  hand(wires[1], counts({{10, 20}, {5}}));
  EXPECT_EQ(released(sum(wires[0], counts({{1, 2}, {3}}))), released(counts({{111, 22}, {1}})));
}

TEST(SiteInternalSum, OfOneRankIsItsOwnCounts) {
  auto wires = test::SiteWire::make(1);
  EXPECT_EQ(released(sum(wires[0], counts({{1, 2}}))), released(counts({{1, 2}})));
}

TEST(SiteInternalSum, TakesPartsOfManyMessagesInAnyOrder) {
  const std::size_t length = (std::size_t{1} << 20) + 3;  // more than one message, and its border within an answer
  auto wires = test::SiteWire::make(3);
  const auto part = [&](std::int64_t value) {
    return counts({std::vector<std::int64_t>(5, value), std::vector<std::int64_t>(length, 2 * value), {value}});
  };
  hand(wires[2], part(1));
  hand(wires[1], part(10));
  EXPECT_EQ(released(sum(wires[0], part(100))), released(part(111)));
}

/// The broken twin: a wire that gives a part's messages out a second time, under its own name or another's.
class Twice final : public SiteInternalWire {
 public:
  Twice(SiteInternalWire& wire, unsigned also_from) : wire_(wire), also_from_(also_from) {}
  unsigned rank() const override { return wire_.rank(); }
  unsigned size() const override { return wire_.size(); }
  void send_inside_this_site(unsigned to, Bytes bytes) override { wire_.send_inside_this_site(to, std::move(bytes)); }
  std::optional<Arrival> receive(Instant deadline) override {
    if (again_) return std::exchange(again_, std::nullopt);
    auto arrival = wire_.receive(deadline);
    if (arrival && arrival->from == 1) again_ = Arrival{also_from_, arrival->bytes};
    return arrival;
  }
  void give_up() noexcept override {}

 private:
  SiteInternalWire& wire_;
  unsigned also_from_;
  std::optional<Arrival> again_;
};

TEST(SiteInternalSum, APartThatComesTwiceIsCaught) {
  for (const unsigned also_from : {1U, 2U}) {
    auto wires = test::SiteWire::make(3);
    hand(wires[1], counts({{10}}));
    hand(wires[2], counts({{100}}));
    Twice twin(wires[0], also_from);
    EXPECT_THROW(sum(twin, counts({{1}})), EnvironmentError) << "as from rank " << also_from;
  }
}

TEST(SiteInternalSum, APartOfAnotherCountIsRefused) {
  auto wires = test::SiteWire::make(2);
  hand(wires[1], counts({{10}}), 2);
  EXPECT_NE(fault_of(wires, counts({{1}})).find("part 2 of 2: sent counts that are not its part"), std::string::npos);
}

TEST(SiteInternalSum, APartOfAnotherShapeOrBoundIsRefused) {
  const auto fault = [](std::vector<RawCounts>&& part) {
    auto wires = test::SiteWire::make(2);
    hand(wires[1], std::move(part));
    return fault_of(wires, counts({{1, 2}}));
  };
  EXPECT_NE(fault(counts({{1, 2, 3}})).find("are not its part"), std::string::npos);
  EXPECT_NE(fault(counts({{1}, {2}})).find("are not its part"), std::string::npos);
  EXPECT_NE(fault(counts({{1, 2}}, {4})).find("are not its part"), std::string::npos);
}

TEST(SiteInternalSum, AMissingPartEndsTheWait) {
  auto wires = test::SiteWire::make(3);
  hand(wires[2], counts({{1}}));
  EXPECT_NE(fault_of(wires, counts({{1}})).find("not all of its parts answered in time"), std::string::npos);
}

TEST(SiteInternalSum, APartThatGaveUpEndsTheWait) {
  auto wires = test::SiteWire::make(2);
  wires[1].give_up();
  EXPECT_NE(fault_of(wires, counts({{1}})).find("gave up"), std::string::npos);
}

TEST(SiteInternalSum, BytesThatAreNoPartAreRefused) {
  auto wires = test::SiteWire::make(2);
  wires[1].send_inside_this_site(0, Bytes(3, 9));
  EXPECT_NE(fault_of(wires, counts({{1}})).find("are not its part"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::boundary
