// Random schedules: everything that can go wrong does, at any time; nothing that must not happen does.
//
//   FEDLOOM_FAULT_SCHEDULES=10000 ctest …   that many in all (the preset `nightly`); 1000 when it is not set
//   FEDLOOM_FAULT_SEED=7 test_fault --gtest_filter='FaultReplay.*'   one schedule again, told step by step

#include <cstdlib>
#include <iostream>
#include <regex>

#include "schedule_runs.hpp"

namespace fedloom::fault {

std::string kind_of(const std::string& outcome) {
  std::string kind = outcome.substr(0, outcome.find(';'));
  kind = std::regex_replace(kind, std::regex("sites? site[0-9]+((, site[0-9]+)* and site[0-9]+)?"), "SITES");
  return std::regex_replace(kind, std::regex("[0-9]+"), "N");
}

namespace {

constexpr std::uint64_t shards = 8;

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

void print(const char* title, const Tally& tally) {
  std::cout << title << "\n";
  for (const auto& [what, count] : tally) std::cout << "  " << count << "  " << what << "\n";
}

class RandomSchedules : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomSchedules, EndInExactSumsOrANamedAbort) {
  const std::uint64_t count = number_from("FEDLOOM_FAULT_SCHEDULES").value_or(1000) / shards;
  Tally outcomes, tally;
  std::uint64_t sums = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    Laboratory lab(random_schedule(1 + GetParam() + k * shards), tally);
    lab.run();
    expect_no_rule_broken(lab);
    ++outcomes[kind_of(lab.outcome())];
    sums += lab.sums().size();
  }
  print("How schedules ended:", outcomes);
  print("What happened in them:", tally);
  // A laboratory in which hardly anything gets anywhere would find nothing.
  EXPECT_GE(outcomes["finished"] * 10, count * 4);
  EXPECT_GE(sums, count);
  for (const char* fault : {"late", "lost", "twice", "overtaken", "garbled", "held by a partition",
                            "lost in a partition", "unnoticed loss"}) {
    EXPECT_GT(tally[std::string("fault: ") + fault], 0) << fault;
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, RandomSchedules, testing::Range<std::uint64_t>(0, shards));

struct Alone {
  const char* name;
  double Faults::*rate;
};

/// One kind of fault, so often that most runs do not survive it.
class OneFaultAlone : public testing::TestWithParam<Alone> {};

TEST_P(OneFaultAlone, InManyMessagesBreaksNoRule) {
  Tally outcomes, tally;
  for (std::uint64_t k = 0; k < 60; ++k) {
    Schedule schedule = calm_schedule({.sites = 4, .dropouts = 1 + static_cast<std::uint32_t>(k % 2)}, k);
    schedule.rounds = 5;
    schedule.site_restarts = 6;
    schedule.resumes = 3;
    schedule.faults.*GetParam().rate = 0.02 * static_cast<double>(1 + k % 6);
    schedule.faults.same_endpoint = k % 4 == 0;
    Laboratory lab(schedule, tally);
    lab.run();
    expect_no_rule_broken(lab);
    ++outcomes[kind_of(lab.outcome())];
  }
  print("How schedules ended:", outcomes);
  print("What happened in them:", tally);
}

INSTANTIATE_TEST_SUITE_P(Kind, OneFaultAlone,
                         testing::Values(Alone{"lost", &Faults::lost}, Alone{"late", &Faults::late},
                                         Alone{"twice", &Faults::twice}, Alone{"overtaken", &Faults::overtaken},
                                         Alone{"garbled", &Faults::garbled}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(FaultReplay, OfOneSchedule) {
  const auto seed = number_from("FEDLOOM_FAULT_SEED");
  if (!seed) GTEST_SKIP() << "set FEDLOOM_FAULT_SEED to the number of a schedule";
  Tally tally;
  Laboratory lab(random_schedule(*seed), tally, &std::cout);
  lab.run();
  print("What happened:", tally);
  expect_no_rule_broken(lab);
}

}  // namespace
}  // namespace fedloom::fault
