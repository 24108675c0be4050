#pragma once
// All that is asked for of rows, ready to be drawn: strata of a model under conditions and margins, and what is known
// of the rows in them. Public.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedloom/model/tilted.hpp"
#include "fedloom/sampling/source.hpp"

namespace fedloom::sampling {

struct Request {
  std::uint64_t rows = 0;
  std::vector<std::string> where;      ///< conditions that all rows hold
  std::string balance;                 ///< a column, as many rows of each of its values; empty: none
  std::vector<model::Margin> margins;  ///< published shares to meet
  std::vector<std::string> rare;       ///< "COLUMN=VALUE:N": so many rows with that value on top
  bool plain() const { return where.empty() && balance.empty() && margins.empty() && rare.empty(); }
};

/// Of rows under one combination of conditions.
struct Told {
  std::string condition;  ///< "sex=Female and age>=60"
  Knowledge knowledge;
};

/// What is computed when a row is written cannot be asked for before, unless its code is drawn with those of its
/// columns. Throws UsageError.
void require_drawn(const model::Tilted& tilted, std::uint32_t attribute, const schema::Schema& schema);

class Drawing {
 public:
  /// Keeps no reference to the source. Throws UsageError: a condition, a column or a value that the model does not
  /// have, or rows that it gives no probability to; ConfigError: margins that it cannot meet.
  Drawing(const Source& source, const Request& request);
  Drawing(Drawing&&) noexcept = default;
  Drawing& operator=(Drawing&&) noexcept = default;

  /// For model::sample and model::write_table; they point into this.
  const std::vector<model::Stratum>& strata() const noexcept { return strata_; }
  std::uint64_t rows() const;
  /// Of each combination of conditions, in the order they were asked for.
  const std::vector<Told>& told() const noexcept { return told_; }
  /// Nothing but a number of rows was asked for.
  bool plain() const noexcept { return plain_; }
  /// The largest difference from a margin that is left; none: no margins.
  std::optional<double> misfit() const noexcept { return misfit_; }

 private:
  void tell(const Source& source, const model::Tilted& tilted, const std::vector<Condition>& conditions);
  const model::Tilted& under(const Condition& condition, const Source& source);
  void add_balanced(const Source& source, const Request& request);

  std::vector<Condition> conditions_;
  std::unique_ptr<model::Tilted> base_;   ///< under conditions and margins
  std::unique_ptr<model::Tilted> known_;  ///< without margins, which are no knowledge
  std::vector<std::unique_ptr<model::Tilted>> own_;
  std::vector<model::Stratum> strata_;
  std::vector<Told> told_;
  std::optional<double> misfit_;
  bool plain_ = false;
};

/// Hands out the rows of a drawing from `source`, in the codes of rows and in blocks: those that `fedloom sample`
/// writes to CSV with this seed.
void draw(const Source& source, const Drawing& drawing, std::uint64_t seed,
          const std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>& block);

}  // namespace fedloom::sampling
