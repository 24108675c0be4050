// One data set, several runs: what they may spend together, and that they do not run at the same time.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fedloom/base/error.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "fedloom/site/policy_check.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

class DataSet : public ::testing::Test {
 protected:
  std::unique_ptr<site::PlanAnswerer> open(const std::string& run_id) {
    auto run = world_.run(0, key_, random_);
    run.run_id = run_id;
    return std::make_unique<site::PlanAnswerer>(run, world_.table(0, 60), log_);
  }
  /// "" when the data set could be opened.
  std::string fault_of_opening(const std::string& run_id) {
    try {
      open(run_id);
    } catch (const EnvironmentError& error) {
      return error.what();
    }
    return "";
  }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
  SplitMixRandom random_{3};
  site::SiteLog log_{world_.folder.path(), "site0"};
};

constexpr const char* in_use = "ledger.jsonl: is in use by another run; wait until that run ends, or stop it";

TEST_F(DataSet, IsRefusedToASecondRunAtTheSameTime) {
  auto first = open("run-1");
  EXPECT_NE(fault_of_opening("run-2").find(in_use), std::string::npos) << fault_of_opening("run-2");
  first.reset();
  EXPECT_EQ(fault_of_opening("run-2"), "");
}

TEST_F(DataSet, IsRefusedToAnotherProcessAtTheSameTime) {
  auto first = open("run-1");
  const auto said_elsewhere = [&] {
    const pid_t child = fork();
    if (child == 0) _exit(fault_of_opening("run-2").find(in_use) != std::string::npos ? 42 : 43);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(said_elsewhere(), 42);
  first.reset();
  EXPECT_EQ(said_elsewhere(), 43) << "free again";
}

TEST_F(DataSet, PaysForRunsOneAfterTheOtherUntilItsLifetimeIsSpent) {
  world_.policies[0].allow.epsilon_lifetime = privacy::Epsilon{1.5};
  auto first = open("run-1");
  EXPECT_FALSE(first->check_lifetime()) << "the first run may spend epsilon 1";
  ASSERT_TRUE(std::holds_alternative<boundary::NoisedShare>(first->answer(world_.plan())));
  EXPECT_FALSE(first->check_lifetime()) << "resumed, it has paid for a part of itself";
  first.reset();
  auto second = open("run-2");
  EXPECT_FALSE(second->check_lifetime()) << "one round of run 1 and a whole second run";
  second.reset();
  world_.policies[0].allow.epsilon_lifetime = privacy::Epsilon{1.0};
  const auto refusal = open("run-2")->check_lifetime();
  ASSERT_TRUE(refusal) << "what run 1 has spent is missing for a whole second run";
  EXPECT_EQ(refusal->code, secagg::RefusalCode::budget_lifetime);
  EXPECT_NE(refusal->reason.find("data set set0: epsilon "), std::string::npos) << refusal->reason;
  EXPECT_FALSE(open("run-1")->check_lifetime()) << "run 1 itself can still be resumed";
}

TEST_F(DataSet, OfPublicRowsHasNoLifetime) {
  world_.policies[0].data_class = config::DataClass::public_data;
  EXPECT_FALSE(site::check_lifetime(world_.policies[0], world_.experiment, {1e6}, {}));
}

}  // namespace
}  // namespace fedloom::test
