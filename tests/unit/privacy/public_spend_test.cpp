#include "fedloom/privacy/public_spend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace fedloom::privacy {
namespace {

const GaussianEvent gaussian{.sensitivity = {2},
                             .site_noise = {.variance_num = 25, .variance_shift = 1, .grid_bits = 2},
                             .contributors = 3,
                             .dimension = 40};
const ExponentialEvent exponential{.epsilon_num = 5, .epsilon_shift = 3, .candidates = 7};

std::vector<PublicSpend> some_spends() {
  return {{.round = 1, .kind = "spend", .stage = "one-way", .events = {gaussian, gaussian}},
          {.round = 2, .attempt = 1, .kind = "lost", .stage = "select", .events = {exponential}},
          {.round = 2, .attempt = 2, .kind = "reuse", .stage = "measure", .events = {gaussian}}};
}
Bytes bytes_of(const std::vector<PublicSpend>& spends) {
  ByteWriter out;
  write(out, spends);
  return std::move(out).take();
}
bool is_read(ByteView bytes) {
  ByteReader in(bytes);
  read_public_spends(in);
  return in.finished();
}

TEST(PublicSpends, ComeBackAsTheyWere) {
  const Bytes bytes = bytes_of(some_spends());
  ByteReader in(bytes);
  EXPECT_EQ(read_public_spends(in), some_spends());
  EXPECT_TRUE(in.finished());
}

TEST(PublicSpends, CostWhatWasPaidAndLostButNotWhatWasReused) {
  EXPECT_NEAR(cost_of(some_spends()).value, 2 * rho(gaussian).value + rho(exponential).value, 1e-15);
  EXPECT_GE(cost_of(some_spends()).value, 2 * rho(gaussian).value + rho(exponential).value);
  EXPECT_EQ(cost_of({}).value, 0);
}

TEST(PublicSpends, EveryFieldCountsInTheHash) {
  using Change = std::function<void(std::vector<PublicSpend>&)>;
  const auto event = [](auto& spends) -> GaussianEvent& { return std::get<GaussianEvent>(spends[0].events[1]); };
  const auto other = [](auto& spends) -> ExponentialEvent& { return std::get<ExponentialEvent>(spends[1].events[0]); };
  const Change changes[] = {[](auto& s) { s[0].round = 9; },
                            [](auto& s) { s[0].attempt = 9; },
                            [](auto& s) { s[0].kind = "lost"; },
                            [](auto& s) { s[0].stage = "two-way"; },
                            [](auto& s) { s[0].events.pop_back(); },
                            [](auto& s) { s.pop_back(); },
                            [](auto& s) { std::swap(s[0], s[1]); },
                            [&](auto& s) { event(s).sensitivity.squared = 1; },
                            [&](auto& s) { event(s).site_noise.variance_num = 1; },
                            [&](auto& s) { event(s).site_noise.variance_shift = 0; },
                            [&](auto& s) { event(s).site_noise.grid_bits = 0; },
                            [&](auto& s) { event(s).contributors = 1; },
                            [&](auto& s) { event(s).dimension = 1; },
                            [&](auto& s) { other(s).epsilon_num = 1; },
                            [&](auto& s) { other(s).epsilon_shift = 1; },
                            [&](auto& s) { other(s).candidates = 1; }};
  std::set<Digest> hashes{public_ledger_hash(some_spends())};
  for (const auto& change : changes) {
    auto spends = some_spends();
    change(spends);
    hashes.insert(public_ledger_hash(spends));
  }
  EXPECT_EQ(hashes.size(), std::size(changes) + 1);
}

TEST(PublicSpends, CutOrLongerBytesAreNone) {
  Bytes bytes = bytes_of(some_spends());
  for (std::size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(is_read(ByteView(bytes).first(length)));
  EXPECT_TRUE(is_read(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(is_read(bytes));
}

TEST(PublicSpends, ChangedBytesAreNoneOrAnotherList) {
  const Bytes bytes = bytes_of(some_spends());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xff}) {
      Bytes damaged = bytes;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ change);
      ByteReader in(damaged);
      const auto spends = read_public_spends(in);
      if (!in.finished()) continue;
      EXPECT_EQ(bytes_of(spends), damaged) << at;
      EXPECT_GE(cost_of(spends).value, 0) << at;
    }
  }
}

TEST(PublicSpends, CountsThatLieTakeNoMemory) {
  ByteWriter lines;
  lines.u32(max_public_spends + 1);
  EXPECT_FALSE(is_read(lines.bytes()));
  ByteWriter events;
  events.u32(1);
  events.u32(1);
  events.u32(0);
  events.u8(0);
  events.text("x");
  events.u32(max_public_events);
  EXPECT_FALSE(is_read(events.bytes()));
}

TEST(PublicSpends, AListWithAFaultIsNamed) {
  using Change = std::function<void(PublicSpend&)>;
  const std::pair<const char*, Change> cases[] = {
      {"unknown kind", [](auto& s) { s.kind = "gift"; }},
      {"64 bytes", [](auto& s) { s.stage = std::string(65, 'x'); }},
      {"no site could have booked", [](auto& s) { std::get<GaussianEvent>(s.events[0]).contributors = 0; }},
      {"no site could have booked", [](auto& s) { std::get<GaussianEvent>(s.events[0]).contributors = 101; }},
      {"no site could have booked", [](auto& s) { std::get<GaussianEvent>(s.events[0]).site_noise.variance_num = 0; }},
      {"no site could have booked", [](auto& s) { std::get<GaussianEvent>(s.events[0]).site_noise.grid_bits = 25; }},
      {"no site could have booked", [](auto& s) { s.events[0] = ExponentialEvent{.epsilon_shift = 65}; }}};
  EXPECT_EQ(fault_of(some_spends()), "");
  for (const auto& [words, change] : cases) {
    auto spends = some_spends();
    change(spends[0]);
    EXPECT_NE(fault_of(spends).find(words), std::string::npos) << fault_of(spends);
    EXPECT_NE(fault_of(spends).find("number 1"), std::string::npos);
  }
  EXPECT_NE(fault_of(std::vector<PublicSpend>(max_public_spends + 1, some_spends()[0])), "");
}

}  // namespace
}  // namespace fedloom::privacy
