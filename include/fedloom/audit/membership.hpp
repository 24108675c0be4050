#pragma once
// Attacks on synthetic rows alone: can one tell from them who was in the real table? Everything here is made from real
// rows: PRIVATE, and stays where they are.
//
// What such numbers can show: a generator that copies its rows. What they cannot: that rows are private. An attack that
// fails says something of that attack (Annamalai, Ganev & De Cristofaro 2024: black-box attacks find a fraction of what
// a mechanism leaks; Yao et al. 2025: data sets pass distance tests and leak all the same). The proof is the ledger.

#include <cstdint>
#include <string>
#include <vector>

#include "fedloom/data/table.hpp"

namespace fedloom::audit {

struct MembershipOptions {
  std::size_t most_rows = 2000;  ///< of each side that are attacked, and that the attacker compares with
  std::uint64_t seed = 0;        ///< of the choice of rows: public
  double error = 0.05;           ///< of the intervals
};

struct AttackResult {
  std::string name;
  std::size_t members = 0, others = 0;  ///< attacked rows
  /// Area under the attack's ROC: chance that a member scores above a row of the hold-out; ½ is a coin. With its
  /// interval (Hanley & McNeil 1982).
  double auc = 0, auc_low = 0, auc_high = 0;
  double tpr_at_low_fpr = 0;  ///< members that score above all but 1 % of the others
  /// ε that the attack proves at δ = 0: its threshold is chosen on one half of the rows and judged on the other.
  double epsilon_lower = 0;
};

/// Rows whose nearest synthetic row differs in no column, or in one at most: of the real rows that went in, and of
/// those that did not. Popular rows occur among synthetic ones anyway; copying shows as a difference.
struct Memorisation {
  struct Shares {
    double exact = 0, near = 0;
  } members, others;
  double exact_difference_low = 0, exact_difference_high = 0;  ///< interval of members.exact − others.exact
};

struct MembershipReport {
  std::vector<AttackResult> attacks;  ///< "density ratio", "nearest neighbour"
  Memorisation memorisation;
  /// The density of the reference rows alone, as if it were an attack: it knows no synthetic row, so that what it tells
  /// apart are two populations. Away from ½ the hold-out is of another kind, and the figures above are not about
  /// membership.
  AttackResult populations;
};

/// `members`: the rows that went in; `hold_out`: rows of the same kind that did not: one half of them is attacked, the
/// other is what the attacker knows of people in general. The same inputs give the same report.
///   density ratio: p_synthetic(x) / p_reference(x) (DOMIAS, van Breugel et al. 2023), each density a tree of pairs
///     (Chow & Liu 1968);
///   nearest neighbour: columns in which x differs from the nearest reference row, less those from the nearest
///   synthetic
///     row.
/// Throws DataError when a table has fewer than 40 rows, std::invalid_argument when the domains differ.
MembershipReport attack_rows(const data::Table& members, const data::Table& hold_out, const data::Table& synthetic,
                             const MembershipOptions& options);

/// Area under the ROC curve of a score: P[member above other] + ½·P[same]. Both not empty.
double area_under_roc(std::vector<double> members, std::vector<double> others);

}  // namespace fedloom::audit
