#include "fedloom/coordinator/run_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"
#include "unit/coordinator/books.hpp"

namespace fedloom::coordinator {
namespace {

using config::Trust;
namespace fs = std::filesystem;

template <class Expected>
std::string sentence(const std::function<void()>& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  }
  return "no error";
}

class RunFolders : public testing::Test {
 protected:
  fedloom::test::TempFolder folder_;
  test::Books books_{Trust::none};
  const config::Experiment& experiment_ = books_.experiment;
  fs::path run_ = folder_ / "run-1";
};

TEST_F(RunFolders, TakeTheirIdFromTheirName) {
  EXPECT_EQ(RunFolder::create(run_, experiment_).run_id(), "run-1");
  EXPECT_EQ(RunFolder::create(folder_ / "deep/er/run-2/", experiment_).run_id(), "run-2");
  EXPECT_EQ(RunFolder::create(folder_ / "deep/../run-3", experiment_).run_id(), "run-3");
}

TEST_F(RunFolders, HoldPublicLocalAndCheckpoint) {
  const RunFolder run = RunFolder::create(run_, experiment_);
  for (const auto& part : {run.public_folder(), run.root() / "local", run.checkpoint()})
    EXPECT_TRUE(fs::is_directory(part));
  EXPECT_FALSE(run.has_checkpoint());
  EXPECT_FALSE(run.resumed());
}

TEST_F(RunFolders, AreMadeOnceOnly) {
  RunFolder::create(run_, experiment_);
  EXPECT_NE(sentence<UsageError>([&] { RunFolder::create(run_, experiment_); }).find("already holds a run"),
            std::string::npos);
}

TEST_F(RunFolders, CannotBeMadeUnderAFile) {
  write_atomically(folder_ / "file", std::string_view("x"));
  const auto error = sentence<EnvironmentError>([&] { RunFolder::create(folder_ / "file/run", experiment_); });
  EXPECT_NE(error.find("cannot be created"), std::string::npos) << error;
}

TEST_F(RunFolders, AreReopenedByTheSameExperimentOnly) {
  RunFolder::create(run_, experiment_);
  EXPECT_TRUE(RunFolder::reopen(run_, experiment_).resumed());
  config::Experiment other = experiment_;
  other.seed += 1;
  EXPECT_NE(sentence<UsageError>([&] { RunFolder::reopen(run_, other); }).find("another experiment"),
            std::string::npos);
}

TEST_F(RunFolders, WithoutARunCannotBeReopened) {
  for (const char* name : {"nowhere", "empty"}) {
    fs::create_directories(folder_ / "empty");
    EXPECT_NE(
        sentence<UsageError>([&] { RunFolder::reopen(folder_ / name, experiment_); }).find("holds no run to resume"),
        std::string::npos);
  }
}

TEST_F(RunFolders, KeepWhatWasSpentWhenReopened) {
  RunFolder run = RunFolder::create(run_, experiment_);
  EXPECT_TRUE(run.spends().empty());
  for (const auto& spend : books_.spends) run.add_spend(spend);
  EXPECT_EQ(run.spends(), books_.spends);
  EXPECT_EQ(RunFolder::reopen(run_, experiment_).spends(), books_.spends);
}

TEST_F(RunFolders, ListAPaymentOnce) {
  RunFolder run = RunFolder::create(run_, experiment_);
  run.add_spend(books_.spends[0]);
  const auto once = run.spends();
  PublicSpend again = books_.spends[0];
  again.attempt = 3;
  run.add_spend(again);
  EXPECT_EQ(run.spends(), once);
}

TEST_F(RunFolders, TurnAPaymentIntoALossWhenItsTotalNeverCame) {
  RunFolder run = RunFolder::create(run_, experiment_);
  run.add_spend(books_.spends[0]);
  PublicSpend lost = books_.spends[0];
  lost.kind = "lost";
  run.add_spend(lost);
  const auto listed = spends_from_json(read_text(run.checkpoint() / "spends.json"));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].kind, "lost");
  EXPECT_EQ(run.spends(), listed);
}

TEST_F(RunFolders, ListAReuseOfWhatWasNeverListedAsThePayment) {
  RunFolder run = RunFolder::create(run_, experiment_);
  run.add_spend(books_.spends[1]);
  const auto listed = spends_from_json(read_text(run.checkpoint() / "spends.json"));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].kind, "spend");
}

TEST_F(RunFolders, WithADamagedListAreNotResumed) {
  RunFolder run = RunFolder::create(run_, experiment_);
  run.add_spend(books_.spends[0]);
  write_atomically(run.checkpoint() / "spends.json", std::string_view("[{\"round\":1}]"));
  EXPECT_NE(sentence<LedgerError>([&] { RunFolder::reopen(run_, experiment_); }).find("spends.json"),
            std::string::npos);
}

TEST_F(RunFolders, TellTheLastFitAgainAfterAReopening) {
  RunFolder run = RunFolder::create(run_, experiment_);
  run.add_round({.round = 1, .stage = "one-way"}, experiment_.schema.domain());
  run.add_round({.round = 2, .stage = "final fit"}, experiment_.schema.domain());
  const auto lines = [&] {
    const std::string text = read_text(run.public_folder() / "rounds.jsonl");
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(), 2);
  RunFolder::reopen(run_, experiment_);
  EXPECT_EQ(lines(), 1);
}

TEST_F(RunFolders, WriteALedgerThatVerifies) {
  RunFolder run = RunFolder::create(run_, experiment_);
  for (const auto& spend : books_.spends) run.add_spend(spend);
  run.write_ledger(books_.books, experiment_);
  EXPECT_EQ(verify_public_ledger(run.public_folder() / "ledger.json", experiment_).spends.size(), 3U);
}

}  // namespace
}  // namespace fedloom::coordinator
