#include "fedloom/report/verify.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "unit/report/toy_public_run.hpp"

namespace fedloom::report {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class VerifyRun : public testing::Test {
 protected:
  static const test::ToyPublicRun& run() {
    static const test::ToyPublicRun once;
    return once;
  }
  void SetUp() override { fs::copy(run().public_folder(), public_); }

  /// The sentence that verification ends with; empty when it finds nothing.
  std::string found() const {
    try {
      verify_run(public_);
    } catch (const LedgerError& error) {
      EXPECT_EQ(error.code(), ExitCode::ledger);
      return error.what();
    }
    return "";
  }
  std::string text(const char* file) const { return read_text(public_ / file); }
  void write(const char* file, const std::string& text) const { write_atomically(public_ / file, text); }
  void replace(const char* file, const std::string& from, const std::string& to) const {
    auto all = text(file);
    const auto at = all.find(from);
    ASSERT_NE(at, all.npos) << file << " holds no " << from;
    write(file, all.replace(at, from.size(), to));
  }
  void edit_metrics(const std::function<void(Json&)>& edit) const {
    auto json = Json::parse(text("metrics.json"));
    edit(json);
    write("metrics.json", json.dump(1) + "\n");
  }
  /// A report of the folder as it is now: what a forger would make who has Fedloom too.
  void make_report_again() const { write_report(public_); }

  void expect_found(const std::string& what) const {
    const auto sentence = found();
    EXPECT_NE(sentence.find(what), sentence.npos) << "found: " << sentence;
  }
  using Spends = std::vector<coordinator::PublicSpend>;
  /// The same heads and signatures under other entries, with sums that fit these.
  void rewrite_entries(const std::function<void(Spends&)>& edit) const {
    auto spends = coordinator::verify_public_ledger(public_ / "ledger.json", run().experiment()).spends;
    const auto books = test::ToySource::books_signed_by_all(run().experiment(), "toy-run", spends);
    edit(spends);
    coordinator::write_public_ledger(public_ / "ledger.json", "toy-run", run().experiment(), spends, books);
  }

  fedloom::test::TempFolder folder_;
  fs::path public_ = folder_ / "public";
};

TEST_F(VerifyRun, FindsNothingInARunThatNobodyChanged) {
  const auto verified = verify_run(public_);
  EXPECT_TRUE(verified.report);
  EXPECT_EQ(verified.ledger.run_id, "toy-run");
  EXPECT_GT(verified.measurements, 5U);
  EXPECT_GT(verified.values, verified.measurements);
}

TEST_F(VerifyRun, AcceptsARunWithoutAReport) {
  fs::remove(public_ / "report.html");
  EXPECT_FALSE(verify_run(public_).report);
}

TEST_F(VerifyRun, FindsAnEntryThatWasCutOut) {
  rewrite_entries([](Spends& spends) { spends.erase(spends.begin() + 1); });
  expect_found("has not signed these entries and heads");
}

TEST_F(VerifyRun, FindsATailThatWasCutOff) {
  rewrite_entries([](Spends& spends) { spends.pop_back(); });
  expect_found("has not signed these entries and heads");
  write("ledger.json", read_text(run().public_folder() / "ledger.json").substr(0, 1000));
  expect_found("is not JSON from byte");
}

TEST_F(VerifyRun, FindsAnEntryThatWasChanged) {
  rewrite_entries(
      [](Spends& spends) { std::get<privacy::GaussianEvent>(spends[0].events[0]).site_noise.variance_num *= 2; });
  expect_found("has not signed these entries and heads");
}

TEST_F(VerifyRun, FindsEntriesThatWereSwapped) {
  rewrite_entries([](Spends& spends) { std::swap(spends[0], spends[1]); });
  expect_found("has not signed these entries and heads");
}

TEST_F(VerifyRun, FindsASignatureOfAnotherRun) {
  const test::ToyPublicRun other("other-run");
  const auto theirs = Json::parse(read_text(other.public_folder() / "ledger.json"));
  auto ours = Json::parse(text("ledger.json"));
  ours["sites"][1]["acknowledged"] = theirs["sites"][1]["acknowledged"];
  write("ledger.json", ours.dump(1) + "\n");
  expect_found("site 'b' has not signed these entries and heads");
  // All of it, which is sound by itself.
  write("ledger.json", theirs.dump(1) + "\n");
  expect_found("its run_id is not the one that ledger.json gives");
}

TEST_F(VerifyRun, FindsALedgerThatIsMissing) {
  fs::remove(public_ / "ledger.json");
  expect_found("ledger.json");
}

TEST_F(VerifyRun, FindsMetricsThatSayAnotherCost) {
  for (const char* field : {"epsilon", "delta", "epsilon_spent", "rho_spent", "rho_budget"}) {
    edit_metrics([&](Json& json) { json[field] = json[field].get<double>() * 0.9; });
    make_report_again();
    expect_found(std::string("metrics.json: its ") + field + " is not the one that");
    fs::copy_file(run().public_folder() / "metrics.json", public_ / "metrics.json",
                  fs::copy_options::overwrite_existing);
  }
}

TEST_F(VerifyRun, FindsMetricsOfAnotherRunOrExperiment) {
  for (const char* field : {"run_id", "config_hash", "name", "trust"}) {
    edit_metrics([&](Json& json) { json[field] = "central"; });
    expect_found(std::string("metrics.json: its ") + field + " is not the one that");
    fs::copy_file(run().public_folder() / "metrics.json", public_ / "metrics.json",
                  fs::copy_options::overwrite_existing);
  }
}

TEST_F(VerifyRun, FindsMetricsThatPromiseMoreThanTheExperiment) {
  const auto expect_field = [&](const std::string& field, const Json& value) {
    edit_metrics([&](Json& json) { json[field] = value; });
    make_report_again();
    expect_found("metrics.json: its " + field + " is not the one that");
    fs::copy_file(run().public_folder() / "metrics.json", public_ / "metrics.json",
                  fs::copy_options::overwrite_existing);
  };
  for (const char* field : {"colluding_sites", "dropouts", "unit_max_rows", "unit_max_sites"}) expect_field(field, 50);
  expect_field("coordinator", "malicious");
  expect_field("adjacency", "replace");
  expect_field("sites", {"a", "b", "c", "d"});
  for (const char* field : {"unit_max_rows", "unit_max_sites", "adjacency"}) expect_field(field, nullptr);
}

TEST_F(VerifyRun, FindsAnExperimentThatWasChanged) {
  replace("config.resolved.yaml", "seed: 4", "seed: 5");
  expect_found("has not signed these entries and heads");
}

TEST_F(VerifyRun, FindsASchemaThatWasChanged) {
  replace("schema.yaml", "name: \"e\"", "name: \"f\"");
  expect_found("has not signed these entries and heads");
}

TEST_F(VerifyRun, FindsAMeasurementThatWasAdded) {
  const auto all = text("measurements.jsonl");
  const auto last = all.substr(all.rfind('\n', all.size() - 2) + 1);
  write("measurements.jsonl", all + last);
  make_report_again();
  expect_found("the public ledger's entries of that round paid for");
  write("measurements.jsonl", all + std::regex_replace(last, std::regex("\"round\":\\d+"), "\"round\":99"));
  make_report_again();
  expect_found("holds measurements of round 99, which no entry of the public ledger paid for");
}

TEST_F(VerifyRun, FindsAMeasurementThatWasTakenAway) {
  auto all = text("measurements.jsonl");
  all.erase(all.rfind('\n', all.size() - 2) + 1);
  write("measurements.jsonl", all);
  make_report_again();
  expect_found("the public ledger's entries of that round paid for");
}

TEST_F(VerifyRun, FindsAMeasurementThatClaimsLessNoise) {
  const auto all = text("measurements.jsonl");
  std::smatch sigma;
  ASSERT_TRUE(std::regex_search(all, sigma, std::regex("\"sigma\":([0-9.]+)")));
  const auto less = std::to_string(std::stod(sigma[1].str()) / 2);
  write("measurements.jsonl", std::regex_replace(all, std::regex("\"sigma\":[0-9.]+"), "\"sigma\":" + less,
                                                 std::regex_constants::format_first_only));
  make_report_again();
  expect_found("names another noise than its entry of the public ledger");
}

TEST_F(VerifyRun, FindsMeasurementsThatCannotBeRead) {
  write("measurements.jsonl", "{\"version\":");
  expect_found("measurements.jsonl");
  fs::remove(public_ / "measurements.jsonl");
  expect_found("measurements.jsonl");
}

constexpr const char* another_page = "report.html: is not the page that the files beside it give";

TEST_F(VerifyRun, FindsFilesThatAreNotTheReports) {
  for (const char* file : {"synthetic.csv", "rounds.jsonl"}) {
    const auto good = text(file);
    write(file, good + good.substr(good.rfind('\n', good.size() - 2) + 1));
    expect_found(another_page);
    write(file, good);
  }
  fs::remove(public_ / "synthetic.csv");
  expect_found(another_page);
}

TEST_F(VerifyRun, FindsAModelThatTellsOfAnotherPromise) {
  const auto good = model::read_model(public_);
  using Edit = void (*)(model::ModelCard&);
  for (const auto& [name, edit] :
       {std::pair<const char*, Edit>{"privacy", [](auto& card) { card.privacy_json = "{}"; }},
        {"schema", [](auto& card) { card.schema_yaml += "#\n"; }},
        {"config_hash", [](auto& card) { card.config_hash[0] = card.config_hash[0] == '0' ? '1' : '0'; }}}) {
    auto model = good;
    edit(model.card);
    write_atomically(public_ / model::kModelFile, model::encode_model(model));
    make_report_again();
    expect_found(std::string("model.safetensors: its ") + name + " is not the one that config.resolved.yaml gives");
  }
}

TEST_F(VerifyRun, FindsAModelThatIsNoModel) {
  write("model.safetensors", text("model.safetensors") + "\n");
  expect_found("model.safetensors");
}

TEST_F(VerifyRun, LeavesFilesAloneThatCameLater) {
  write("README.txt", "about this run\n");
  EXPECT_EQ(found(), "");
}

TEST_F(VerifyRun, FindsAnEditOfTheReportWhereverItIs) {
  const auto good = text("report.html");
  for (const auto& [from, to] : {std::pair{"What was asked", "What was told"},
                                 {"ε = ", "ε = 0.01<!--"},
                                 {"\"epsilon_spent\": ", "\"epsilon_spent\": 0.0"},
                                 {"</html>", "</html><p>ε = 0.01</p>"}}) {
    replace("report.html", from, to);
    expect_found(another_page);
    write("report.html", good);
  }
  EXPECT_EQ(found(), "");
}

TEST_F(VerifyRun, FindsAFileThatTheReportsClaimsLeaveOut) {
  auto page = text("report.html");
  const auto at = page.find("  \"synthetic.csv\": \"");
  ASSERT_NE(at, page.npos);
  write("report.html", page.erase(at, page.find('\n', at) + 1 - at));
  expect_found(another_page);
}

}  // namespace
}  // namespace fedloom::report
