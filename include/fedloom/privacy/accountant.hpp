#pragma once
// The filter (Whitehouse et al. 2022, fully adaptive zCDP composition): refuses what would pass the
// budget, and is the only maker of Spend tokens.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/privacy/ledger.hpp"

namespace fedloom::privacy {

/// Proof that the cost of these events is in the ledger, on disk. Move-only. No token, no release.
class Spend {
 public:
  Spend(Spend&& other) noexcept;
  Spend& operator=(Spend&&) = delete;
  Spend(const Spend&) = delete;
  /// Gives the events it pays for, once. Using a token twice, or one moved from, aborts.
  std::vector<Event> use();

 private:
  friend class Accountant;
  explicit Spend(std::vector<Event> events) : events_(std::move(events)) {}
  std::vector<Event> events_;
  bool live_ = true;
};

struct Limits {
  Rho per_run;
  std::optional<Rho> lifetime;  ///< over all runs on this data set; none for class public
};

struct SpendRequest {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::string stage;
  std::vector<Event> events;
  std::optional<Digest> plan;  ///< goes into the ledger entry
};

struct OverBudget {
  enum class Which { run, lifetime } which;
  Rho asked;
  Rho left;
};

class Accountant {
 public:
  /// Counts what the ledger already holds for this run and for the data set.
  Accountant(Ledger& ledger, std::string run, Limits limits);
  /// Books first, then gives the token; refuses without booking. A (round, attempt) of this run that is booked
  /// already is a LedgerError: a protocol that asks twice is broken. A handover (curve.hpp) is paid for once in a run:
  /// a later one to the same curator is booked "within" it, at no cost, and
  /// the very same one as a "reuse". A total that was opened in another round of the
  /// run is not opened again: LedgerError.
  std::variant<Spend, OverBudget> spend(SpendRequest request);
  /// Asks for a total that was opened in another round of the run, or for one twice.
  bool opens_again(const SpendRequest& request) const;
  Rho spent_in_run() const noexcept { return run_spent_; }
  Rho left_in_run() const noexcept;

 private:
  const char* kind_of(const SpendRequest& request) const;
  Ledger* ledger_;
  std::string run_;
  Limits limits_;
  Rho run_spent_;
  Rho lifetime_spent_;
};

}  // namespace fedloom::privacy
