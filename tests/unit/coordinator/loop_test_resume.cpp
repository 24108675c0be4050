#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"
#include "unit/coordinator/toy_run.hpp"

namespace fedloom::coordinator {
namespace {

using config::Trust;
using test::toy_experiment;

class Resume : public testing::TestWithParam<Trust> {};

TEST_P(Resume, AtEveryStepGivesTheStepsOfARunWithoutStops) {
  const std::uint32_t sites = GetParam() == Trust::none ? 3 : 1;
  const config::Experiment experiment = toy_experiment(GetParam(), 1.0);
  const schema::Domain& domain = experiment.schema.domain();
  const test::ToyTable table(2000);
  const fedloom::test::TempFolder folder;
  test::ToyParty first(table, sites, 5), second(table, sites, 5);
  Loop straight(experiment, sites);
  auto stopped = std::make_unique<Loop>(experiment, sites);
  while (!test::finished(straight)) {
    stopped->save(folder.path());
    stopped = std::make_unique<Loop>(Loop::resume(experiment, sites, folder.path()));
    ASSERT_EQ(test::bytes_of(stopped->next()), test::bytes_of(straight.next()));
    first.answer(straight, domain);
    second.answer(*stopped, domain);
  }
  ASSERT_TRUE(test::finished(*stopped));
  stopped->save(folder.path());
  stopped = std::make_unique<Loop>(Loop::resume(experiment, sites, folder.path()));
  EXPECT_EQ(stopped->spent(), straight.spent());
  straight.finish();
  stopped->finish();
  EXPECT_EQ(stopped->generator().probabilities(), straight.generator().probabilities());
}

INSTANTIATE_TEST_SUITE_P(Loop, Resume, testing::Values(Trust::none, Trust::central));

TEST(Resume, KeepsAnAttemptThatWasLost) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const fedloom::test::TempFolder folder;
  Loop loop(experiment, 3);
  loop.lost({test::cost_of_step(loop, experiment.schema.domain())});
  loop.save(folder.path());
  Loop back = Loop::resume(experiment, 3, folder.path());
  EXPECT_EQ(std::get<MeasureStep>(back.next()).plan.attempt, 1U);
  EXPECT_EQ(test::bytes_of(back.next()), test::bytes_of(loop.next()));
}

TEST(Resume, KeepsOneStateOnDisk) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const fedloom::test::TempFolder folder;
  Loop loop(experiment, 3);
  for (int k = 0; k < 3; ++k) loop.save(folder.path());
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++entries;
  EXPECT_EQ(entries, 2U);
}

std::string resume_error(const config::Experiment& experiment, std::uint32_t sites,
                         const std::filesystem::path& folder) {
  try {
    Loop::resume(experiment, sites, folder);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "resumed";
}

TEST(Resume, RefusesAnotherExperiment) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const fedloom::test::TempFolder folder;
  Loop(experiment, 3).save(folder.path());
  EXPECT_EQ(resume_error(experiment, 3, folder.path()), "resumed");
  EXPECT_NE(resume_error(experiment, 4, folder.path()).find("another experiment"), std::string::npos);
  EXPECT_NE(resume_error(toy_experiment(Trust::none, 2.0), 3, folder.path()).find("another experiment"),
            std::string::npos);
}

TEST(Resume, RefusesAFolderWithoutACheckpoint) {
  const fedloom::test::TempFolder folder;
  EXPECT_NE(resume_error(toy_experiment(Trust::none, 1.0), 3, folder.path()).find("no checkpoint"), std::string::npos);
}

TEST(Resume, RefusesADamagedCheckpoint) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const fedloom::test::TempFolder folder;
  const auto error_after = [&](const std::function<void(nlohmann::json&)>& edit) {
    Loop(experiment, 3).save(folder.path());
    auto text = nlohmann::json::parse(read_text(folder / "checkpoint.json"));
    edit(text);
    write_atomically(folder / "checkpoint.json", text.dump());
    return resume_error(experiment, 3, folder.path());
  };
  EXPECT_EQ(error_after([](auto&) {}), "resumed");
  EXPECT_NE(error_after([](auto& t) { t.erase("state"); }).find("damaged"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["state"]["phase"] = 99; }).find("phase"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["files"] = "../elsewhere"; }).find("outside"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["spent"] = -1; }).find("budget"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["pending"][0][1] = {77}; }).find("attribute"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["pending"][0][4] = -2; }).find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::coordinator
