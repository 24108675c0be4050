#pragma once
// A closed run's books, small and made without a run: three sites, or one owner.

#include <array>
#include <string>
#include <vector>

#include "fedloom/coordinator/public_ledger.hpp"
#include "unit/coordinator/toy_run.hpp"

namespace fedloom::coordinator::test {

inline SigningKey key_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed[0] = number;
  return SigningKey::from_seed(seed);
}

struct Books {
  explicit Books(config::Trust trust) : experiment(toy_experiment(trust, 1.0)) {
    const std::uint8_t signers = trust == config::Trust::none ? 3 : 1;
    if (trust == config::Trust::none) {
      std::vector<Member> members;
      for (std::uint8_t i = 0; i < signers; ++i) {
        members.push_back({SiteId{std::string(1, static_cast<char>('a' + i))}, key_of(i).public_key()});
      }
      experiment.roster = Roster(std::move(members));
    }
    const privacy::GaussianEvent count{
        .sensitivity = {1}, .site_noise = privacy::noise_scale_at_least(900.0), .contributors = 2, .dimension = 4};
    const privacy::ExponentialEvent choice{.epsilon_num = 5, .epsilon_shift = 8, .candidates = 10};
    spends = {{.round = 1, .attempt = 0, .kind = "spend", .stage = "one-way", .events = {count}},
              {.round = 1, .attempt = 1, .kind = "reuse", .stage = "one-way", .events = {count}},
              {.round = 2, .attempt = 1, .kind = "lost", .stage = "select", .events = {choice, count}}};
    close(signers);
  }

  /// Every signer signs its head, then all heads with the spends.
  void close(std::uint8_t signers) {
    books = {.session = experiment.roster ? 2U : 0U};
    for (std::uint8_t i = 0; i < signers; ++i) {
      const SigningKey key = key_of(i);
      privacy::LedgerHead head{.entries = 2, .hash = sha256("head")};
      head.signature = key.sign(privacy::ledger_head_message(head));
      books.heads.push_back({key.public_key(), head});
    }
    const secagg::RunContext run{.run_id = "run-1",
                                 .config_hash = experiment.hash(),
                                 .roster_hash = experiment.roster ? experiment.roster->fingerprint() : Digest{}};
    const Digest closing = secagg::closing_hash(books.heads, privacy::public_ledger_hash(spends));
    for (std::uint8_t i = 0; i < signers; ++i) {
      books.goodbyes.push_back(secagg::make_goodbye(key_of(i), run, books.session, closing));
    }
  }

  void write(const std::filesystem::path& file) const { write_public_ledger(file, "run-1", experiment, spends, books); }

  config::Experiment experiment;
  std::vector<PublicSpend> spends;
  ClosedBooks books;
};

}  // namespace fedloom::coordinator::test
