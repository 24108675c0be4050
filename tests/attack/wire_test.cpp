// A coordinator that is genuine but for one changed message on its way to one site: in the end there is the exact sum
// of some of the sites, or none.

#include <gtest/gtest.h>

#include "liar.hpp"

namespace fedloom::test {
namespace {

using namespace secagg;

/// The first message of type `index` to site 0 with one byte changed; the others as they are.
class OneByte {
 public:
  OneByte(std::size_t index, std::size_t at) : index_(index), at_(at) {}
  void operator()(std::size_t place, Message& message) {
    if (place != 0 || done_ || message.index() != index_) return;
    Bytes bytes = encode(message);
    done_ = true;
    if (at_ >= bytes.size()) return;
    bytes[at_] ^= static_cast<std::uint8_t>(1U << at_ % 8);
    if (auto changed = decode(bytes)) message = std::move(*changed);
  }

 private:
  std::size_t index_, at_;
  bool done_ = false;
};

/// Plays one round and says what is wrong with how it ended.
std::string play(World& world, const OneByte& lie) {
  Simulation run(world);
  run.tamper = lie;
  run.settle();
  const auto plan = world.plan(1);
  if (find<SessionReady>(run.coordinator) != nullptr) run.start_round(plan);
  run.settle();
  // Whom a site's silence holds up is waited for no longer.
  for (int waits = 0; waits < 4; ++waits) {
    run.pass(Millis(300000));
    run.settle();
  }
  const auto* summed = find<RoundSummed>(run.coordinator);
  if (summed == nullptr) {
    const bool named = find<Failed>(run.coordinator) != nullptr || find<RoundLost>(run.coordinator) != nullptr;
    return named ? "" : std::string("it hangs in ") + run.protocol().state();
  }
  std::vector<std::size_t> survivors;
  for (const auto& site : summed->survivors) survivors.push_back(world.roster.index_of(site).value());
  return summed->total.words() == exact_total(world, 1, plan, survivors) ? "" : "a wrong sum";
}

template <class T>
std::size_t index_of(const T& message) {
  return Message(message).index();
}

TEST(OneChangedMessage, NeverGivesAWrongSum) {
  const std::size_t types[] = {index_of(OpenSession{}), index_of(KeyList{}),   index_of(PlanMessage{}),
                               index_of(Deal{}),        index_of(Survivors{}), index_of(Proof{})};
  for (const std::uint32_t u : {0U, 1U}) {
    World world(against_liars(u == 0 ? 3 : 5, u));
    for (const std::size_t type : types) {
      for (const std::size_t at : {3U, 7U, 11U, 15U, 20U, 40U, 60U, 90U, 200U, 300U}) {
        ASSERT_EQ(play(world, OneByte(type, at)), "") << "type " << type << ", byte " << at;
      }
    }
  }
}

}  // namespace
}  // namespace fedloom::test
