#include "fedloom/site/receipt.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "fedloom/site/terms.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {
using site::AuditKind;

class Receipts : public ::testing::Test {
 protected:
  Receipts() {
    world_.experiment.transport.tick = Millis(10);
    world_.policies[0].allow.min_tick = Millis(10);
  }
  /// A run that answers `rounds` rounds; its end is up to the test.
  void run(const std::string& run_id, std::uint32_t rounds) {
    site::keep_experiment(policy(), world_.experiment, run_id);
    audit({.kind = AuditKind::joined, .run = run_id});
    auto site_run = world_.run(0, key_, random_);
    site_run.run_id = run_id;
    site::PlanAnswerer answerer(site_run, world_.table(0, 60), log_);
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      ASSERT_TRUE(std::holds_alternative<boundary::NoisedShare>(answerer.answer(world_.plan(round))));
    }
  }
  void audit(const site::AuditEvent& event) { open_audit().write(event); }
  site::AuditLog open_audit() { return {policy(), key_, fixed_timestamp}; }
  site::Receipt gathered(const std::string& run_id) const {
    return site::gather_receipt(policy(), key_.public_key(), run_id, fixed_timestamp());
  }
  std::string page(const std::string& run_id) const { return site::receipt_html(gathered(run_id)); }
  void expect_says(const std::string& page, const std::string& part) const {
    EXPECT_NE(page.find(part), std::string::npos) << part << "\n" << page;
  }
  const config::SitePolicy& policy() const { return world_.policies[0]; }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
  SplitMixRandom random_{4};
  site::SiteLog log_{world_.folder.path(), "site0"};
};

TEST_F(Receipts, SayWhatWasAskedAgreedPaidAndSent) {
  run("run-0", 1);
  run("run-1", 2);
  audit({.kind = AuditKind::finished, .run = "run-1", .sent = site::Sent{9, 12345}});
  const auto receipt = gathered("run-1");
  const std::string text = site::receipt_html(receipt);
  expect_says(text, "Receipt of run run-1");
  expect_says(text, "Site site0, data set set0, experiment test. Written 2026-01-02T03:04:05Z");
  expect_says(text, "The run was finished.");
  expect_says(text, "a, b, c");
  expect_says(text, "3: site0, site1, site2");
  expect_says(text, to_hex(world_.experiment.roster->fingerprint()));
  expect_says(text, site::in_words(world_.experiment.quorum()));
  expect_says(text, "2 answers were paid for, with 20 noisy numbers in 8 tables of counts.");
  expect_says(text, "<td>one-way</td><td class=\"number\">2</td><td class=\"number\">20</td>");
  expect_says(text, "epsilon at most 1 and delta 1e-09");
  expect_says(text, "9 messages, 12,345 bytes in all");
  expect_says(text, "3 entries; hash of the newest " + to_hex(receipt.head.hash));
  expect_says(text, "fedloom ledger verify FOLDER-OF-THE-RUN --policy site.policy.yaml");
  const double cost = boundary::cost_of(world_.plan(), world_.experiment.schema.domain()).value;
  EXPECT_NEAR(receipt.spent_by_run.value, 2 * cost, 1e-12);
  EXPECT_NEAR(receipt.spent_by_all.value, 3 * cost, 1e-12);
  expect_says(text, site::left_in_words(policy(), receipt.spent_by_all));
}

TEST_F(Receipts, SayHowTheRunEnded) {
  run("run-1", 0);
  expect_says(page("run-1"), "The run has no end on record");
  audit({.kind = AuditKind::stopped, .run = "run-1"});
  expect_says(page("run-1"), "The run was stopped and can be resumed.");
  audit({.kind = AuditKind::joined, .run = "run-1"});
  audit({.kind = AuditKind::aborted, .run = "run-1", .reason = "site2 refused"});
  expect_says(page("run-1"), "The run ended before its time: site2 refused");
  audit({.kind = AuditKind::refused, .run = "run-1", .reason = "a plan"});
  expect_says(page("run-1"), "The run ended before its time: site2 refused");
  audit({.kind = AuditKind::refused, .run = "run-1", .reason = "a lie", .sent = site::Sent{1, 2}});
  expect_says(page("run-1"), "This site refused to go on: a lie");
  audit({.kind = AuditKind::withdrew, .run = "run-1", .reason = "row 3"});
  expect_says(page("run-1"), "This site withdrew from the run: row 3");
}

TEST_F(Receipts, SayWhenWhatLeftIsNotFullyKnown) {
  run("run-1", 1);  // killed
  audit({.kind = AuditKind::joined, .run = "run-1"});
  audit({.kind = AuditKind::finished, .run = "run-1", .sent = site::Sent{4, 100}});
  expect_says(page("run-1"), "4 messages, 100 bytes in all");
  expect_says(page("run-1"), "What left in 1 start of the program that has no end on record is not in these figures.");
}

TEST_F(Receipts, ListRefusalsAndNoMoreThanAPageHolds) {
  run("run-1", 0);
  expect_says(page("run-1"), "<p>None.</p>");
  for (int k = 0; k < 7; ++k) {
    audit({.kind = AuditKind::refused, .run = "run-1", .round = 4, .reason = "plan " + std::to_string(k)});
  }
  audit({.kind = AuditKind::refused, .run = "another", .reason = "of another run"});
  const std::string text = page("run-1");
  expect_says(text, "<li>2026-01-02T03:04:05Z, round 4: plan 0</li>");
  expect_says(text, "plan 4</li>");
  expect_says(text, "<li>and 2 more, in the audit log</li>");
  EXPECT_EQ(text.find("plan 5"), std::string::npos);
  EXPECT_EQ(text.find("of another run"), std::string::npos);
}

TEST_F(Receipts, CountAStoredAnswerThatWasSealedAgain) {
  run("run-1", 1);
  auto again = world_.plan();
  again.attempt = 1;
  again.reuse = true;
  {
    site::PlanAnswerer answerer(world_.run(0, key_, random_), world_.table(0, 60), log_);
    ASSERT_TRUE(std::holds_alternative<boundary::NoisedShare>(answerer.answer(again)));
  }
  expect_says(page("run-1"), "1 answer was paid for");
  expect_says(page("run-1"), "1 stored answer was sealed again, at no cost.");
}

TEST_F(Receipts, EscapeEveryTextFromOutside) {
  run("run-1", 0);
  const std::string evil = "<script>alert('x & \"y\"')</script>\x01";
  auto receipt = gathered("run-1");
  receipt.run = "r" + evil;
  receipt.time = "t" + evil;
  receipt.policy.site.name = "s" + evil;
  receipt.policy.data_set = "d" + evil;
  receipt.policy.file = "f" + evil;
  receipt.policy.unit_column = "u" + evil;
  receipt.experiment.name = "n" + evil;
  receipt.entries.push_back({.kind = "spend", .stage = "g" + evil});
  receipt.events.push_back({.time = "e" + evil, .event = {.kind = AuditKind::withdrew, .reason = "w" + evil}});
  const std::string text = site::receipt_html(receipt);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find('\x01'), std::string::npos);
  for (const char field : {'r', 't', 's', 'd', 'f', 'u', 'n', 'g', 'e', 'w'}) {
    expect_says(text, std::string(1, field) + "&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script&gt;?");
  }
}

TEST_F(Receipts, ShortenALongReasonWithoutCuttingACharacter) {
  run("run-1", 0);
  std::string reason(239, 'a');
  reason += "ü and more";
  audit({.kind = AuditKind::refused, .run = "run-1", .reason = reason});
  expect_says(page("run-1"), std::string(239, 'a') + "…</li>");
}

TEST_F(Receipts, AreWrittenForTheCustodianAloneAndNotedInTheAuditLog) {
  run("run-1", 1);
  auto log = open_audit();
  const auto file = site::write_receipt(policy(), key_, "run-1", log, fixed_timestamp);
  EXPECT_EQ(file, policy().state / "set0" / "runs" / "run-1" / "receipt.html");
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(read_text(file), page("run-1")) << "made again, it is the same page";
  const auto lines = site::verify_audit(site::audit_folder(policy()), key_.public_key()).lines;
  EXPECT_EQ(lines.back().event.kind, AuditKind::receipt);
}

TEST_F(Receipts, LoadNothingFromElsewhere) {
  run("run-1", 1);
  const std::string text = page("run-1");
  for (const char* reference : {"http", "src=", "href=", "url(", "@import", "<script"}) {
    EXPECT_EQ(text.find(reference), std::string::npos) << reference;
  }
}

TEST_F(Receipts, OfARunThatNeverWasHereAreRefused) {
  run("run-1", 0);
  for (const char* name : {"run-2", "", ".", "..", "../runs/run-1"}) {
    EXPECT_THROW(gathered(name), UsageError) << name;
  }
}

TEST_F(Receipts, AreNotMadeFromDamagedBooks) {
  run("run-1", 1);
  const auto ledger = policy().state / "set0" / "ledger" / "ledger.jsonl";
  std::string text = read_text(ledger);
  text.replace(text.find("\"round\":1"), 9, "\"round\":2");
  write_atomically(ledger, text);
  EXPECT_THROW(gathered("run-1"), LedgerError);
}

TEST_F(Receipts, OfOneOwnerSayThatNothingLeft) {
  world_.experiment.privacy.trust = config::Trust::central;
  world_.experiment.roster.reset();
  site::keep_experiment(policy(), world_.experiment, "run-1");
  site::PlanAnswerer(world_.run(0, key_, random_), world_.table(0, 60), log_);
  expect_says(page("run-1"), "<p>Nothing: one owner holds all rows");
}

}  // namespace
}  // namespace fedloom::test
