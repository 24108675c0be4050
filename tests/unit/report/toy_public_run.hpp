#pragma once
// A finished run of three sites on a toy table: its public folder is what `fedloom run` leaves.

#include "fedloom/coordinator/conduct.hpp"
#include "fedloom/report/report.hpp"
#include "support/temp_folder.hpp"
#include "unit/coordinator/books.hpp"

namespace fedloom::report::test {

/// Answers with real noise, and signs the books as three sites would.
class ToySource final : public coordinator::MeasurementSource {
 public:
  ToySource(const config::Experiment& experiment, std::string run_id, std::size_t rows)
      : experiment_(experiment), run_id_(std::move(run_id)), table_(rows) {}
  privacy::Rho booked() const override { return {booked_}; }
  bool holds(const boundary::RoundPlan&) const override { return false; }
  std::variant<coordinator::Measured, coordinator::LostRound> measure(const boundary::RoundPlan& plan) override {
    const auto& domain = experiment_.schema.domain();
    coordinator::PublicSpend spent{.round = plan.round,
                                   .attempt = plan.attempt,
                                   .kind = "spend",
                                   .stage = plan.stage,
                                   .events = boundary::events_of(plan, domain)};
    booked_ += privacy::cost_of({spent}).value;
    return coordinator::Measured{party_.measure(plan, domain), 3, std::move(spent)};
  }
  std::size_t select(const coordinator::SelectStep&, coordinator::PublicSpend&) override { return 0; }
  coordinator::ClosedBooks close(bool, const std::vector<coordinator::PublicSpend>& listed) override {
    return books_signed_by_all(experiment_, run_id_, listed);
  }

  static coordinator::ClosedBooks books_signed_by_all(const config::Experiment& experiment, const std::string& run_id,
                                                      const std::vector<coordinator::PublicSpend>& listed) {
    coordinator::ClosedBooks books{.session = 1, .heads = {}, .goodbyes = {}};
    for (std::uint8_t i = 0; i < 3; ++i) {
      const auto key = coordinator::test::key_of(i);
      privacy::LedgerHead head{.entries = listed.size(), .hash = sha256("head")};
      head.signature = key.sign(privacy::ledger_head_message(head));
      books.heads.push_back({key.public_key(), head});
    }
    const secagg::RunContext run{
        .run_id = run_id, .config_hash = experiment.hash(), .roster_hash = experiment.roster->fingerprint()};
    const Digest closing = secagg::closing_hash(books.heads, privacy::public_ledger_hash(listed));
    for (std::uint8_t i = 0; i < 3; ++i)
      books.goodbyes.push_back(secagg::make_goodbye(coordinator::test::key_of(i), run, books.session, closing));
    return books;
  }

 private:
  const config::Experiment& experiment_;
  std::string run_id_;
  coordinator::test::ToyTable table_;
  coordinator::test::ToyParty party_{table_, 3, 5};
  double booked_ = 0;
};

/// Runs once; every test takes a copy of it.
class ToyPublicRun {
 public:
  explicit ToyPublicRun(const std::string& run_id = "toy-run", std::size_t rows = 500) {
    auto run = coordinator::RunFolder::create(folder_ / run_id, experiment());
    ToySource source(experiment(), run_id, rows);
    coordinator::conduct(experiment(), run, source, {});
    public_ = run.public_folder();
    write_report(public_);
  }
  const config::Experiment& experiment() const { return books_.experiment; }
  const std::filesystem::path& public_folder() const { return public_; }

 private:
  fedloom::test::TempFolder folder_;
  coordinator::test::Books books_{config::Trust::none};
  std::filesystem::path public_;
};

}  // namespace fedloom::report::test
