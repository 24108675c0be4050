#pragma once
// Lower bounds on ε from what an attacker guessed right and wrong. Each holds with a stated probability whatever the
// mechanism is; none can show that a mechanism IS private.

#include <cstdint>

namespace fedloom::audit {

/// Clopper & Pearson 1934: the smallest (largest) success probability that does not make `hits` of `trials` or more
/// (fewer) less likely than `error`. hits ≤ trials, trials > 0, 0 < error < 1.
double clopper_pearson_low(std::uint64_t hits, std::uint64_t trials, double error);
double clopper_pearson_high(std::uint64_t hits, std::uint64_t trials, double error);

/// Many independent runs on each of two neighbouring inputs, and one test of which it was.
struct ManyRuns {
  std::uint64_t with = 0, hits = 0;           ///< runs with the entity, and how many of them the test called so
  std::uint64_t without = 0, false_hits = 0;  ///< runs without it, and how many of them the test called "with"
};
/// ε ≥ ln((TPR − δ) / FPR) for every test of an (ε, δ)-DP mechanism (Kairouz, Oh & Viswanath 2015), with both rates at
/// their worse Clopper–Pearson end, each at error/2. 0 when that says nothing.
double many_run_epsilon(const ManyRuns& runs, double delta, double error);

/// One run with m canaries, each in or out by its own fair coin; of r guesses, chosen beforehand, v were right.
struct OneRun {
  std::uint64_t canaries = 0, guesses = 0, right = 0;
};
/// Largest chance of as many right guesses under (ε, δ)-DP (Steinke, Nasr & Jagielski 2023, "Privacy auditing with one
/// training run", Appendix D): P[Bin(r, q) ≥ v] + 2mδ·max_{1≤i≤v} P[v > Bin(r, q) ≥ v − i]/i, q = e^ε/(1 + e^ε).
double one_run_p_value(const OneRun& run, double epsilon, double delta);
/// sup{ε : one_run_p_value < error}: with probability 1 − error the true ε is no smaller.
double one_run_epsilon(const OneRun& run, double delta, double error);

}  // namespace fedloom::audit
