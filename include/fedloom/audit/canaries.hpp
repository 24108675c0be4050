#pragma once
// Canaries: invented rows, each put into a public test table or left out by a fair coin, and the attack that tells from
// a run's released measurements which are in (Steinke, Nasr & Jagielski 2023). One run gives one lower bound on ε, for
// this data and this attack: about a third of ε is what the best attack can prove of a run that is as noisy as it
// claims, so a small number does not make a run private, and one above the claim shows that it is not.

#include <cstdint>
#include <vector>

#include "fedloom/base/random_words.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::audit {

/// Rows of codes, in the schema's order, that nobody's table holds but by chance: every code is as likely as any other,
/// so that most cells that a canary is in are otherwise nearly empty.
struct Canaries {
  std::vector<std::vector<std::uint32_t>> rows;
  std::vector<bool> in;  ///< each by its own fair coin
};
Canaries make_canaries(const schema::Domain& domain, std::size_t count, RandomWords& random);

/// For each canary Σ_r (y_r − N·p_r) / σ_r², over the released marginals r at the canary's cell: the log-likelihood
/// ratio of "in" against "out" but for a constant, where the model's N·p_r stands for the other rows. Sketches, and
/// marginals over other bins than the model's, are left out. `measurements` as the run left them.
std::vector<double> canary_scores(const Canaries& canaries, const std::vector<boundary::Measurement>& measurements,
                                  const model::Generator& generator, const schema::Domain& domain);

struct CanaryVerdict {
  std::size_t canaries = 0, in = 0;
  std::size_t guesses = 0;  ///< r: the highest r/2 scores are guessed "in", the lowest r/2 "out"
  std::size_t right = 0;
  double epsilon_lower = 0;  ///< at the run's δ, with probability 1 − error
};
/// `guesses`: chosen before the scores were seen; even, at most the number of canaries.
CanaryVerdict judge_canaries(const Canaries& canaries, const std::vector<double>& scores, std::size_t guesses,
                             double delta, double error);

}  // namespace fedloom::audit
