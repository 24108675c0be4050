#pragma once
// Conditions of `fedloom sample` as they are typed, and what released answers let one know of the rows under them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/tilted.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::apps {

struct Condition {
  std::uint32_t attribute = 0;
  std::vector<std::uint32_t> codes;
  std::string text;
};

/// Throws UsageError naming the nearest column.
std::uint32_t column_of(const schema::Schema& schema, const std::string& name);

/// "COLUMN=VALUE", "COLUMN in A,B", "COLUMN>=NUMBER" and with <, <=, >. Throws UsageError.
Condition parse_condition(const schema::Schema& schema, const std::string& text);

/// "COLUMN=VALUE:N".
struct RareRows {
  Condition condition;
  std::uint64_t rows = 0;
};
RareRows parse_rare_rows(const schema::Schema& schema, const std::string& text);

/// A CSV file with the header column,value,share: published shares of a column's values, all of them. Of several
/// columns together: "sex|income,Male|>50K,0.2". Throws ConfigError naming the line.
std::vector<model::Margin> read_margins(const schema::Schema& schema, const std::string& file);

/// What is known of the rows under some conditions.
struct Knowledge {
  double mass = 0;  ///< probability under the model
  double effective_components = 0;
  std::optional<double> rows;   ///< mass × the estimated number of rows, where that is known
  std::optional<double> sigma;  ///< noise of the released count of such rows, where one table holds all columns
  std::string table;            ///< that one's name
  std::optional<double> rows_without_noise() const;  ///< n²/(n + σ²)
};
struct Released {
  std::optional<double> rows;
  std::vector<boundary::Measurement> measurements;  ///< none: of a model alone
};
Knowledge knowledge_of(const model::Tilted& tilted, const std::vector<Condition>& conditions, const Released& released);

/// Lines for a person, with a warning where the noise hides what was asked for.
std::string in_words(const Knowledge& knowledge, std::uint32_t components, bool has_measurements);

}  // namespace fedloom::apps
