#include "fedloom/sampling/drawing.hpp"

#include "fedloom/base/error.hpp"
#include "fedloom/model/plain_rows.hpp"

namespace fedloom::sampling {
namespace {

constexpr std::size_t kMostBalanced = 100;

std::string in_text(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) text += (text.empty() ? "" : " and ") + condition.text;
  return text;
}

}  // namespace

void require_drawn(const model::Tilted& tilted, std::uint32_t attribute, const schema::Schema& schema) {
  if (!tilted.loose(attribute)) return;
  std::string columns;
  for (const std::string& column : schema.attributes()[attribute].sources()) {
    columns.append(columns.empty() ? "" : ", ").append(column);
  }
  throw UsageError("'" + schema.attributes()[attribute].name + "' is computed from " + columns +
                       " when rows are written, and has too many combinations with them to be asked for",
                   "ask for values of those columns, or give them and it coarser bins in the next run");
}

Drawing::Drawing(const Source& source, const Request& request) : plain_(request.plain()) {
  std::vector<std::vector<std::uint32_t>> together;
  for (const model::Margin& margin : request.margins) together.push_back(margin.attributes);
  for (const std::string& text : request.where) conditions_.push_back(parse_condition(source.schema, text));
  base_ = std::make_unique<model::Tilted>(source.generator, source.schema, together);
  for (const model::Margin& margin : request.margins) {
    for (const std::uint32_t attribute : margin.attributes) require_drawn(*base_, attribute, source.schema);
  }
  for (const Condition& condition : conditions_) {
    require_drawn(*base_, condition.attribute, source.schema);
    base_->where(condition.attribute, condition.codes);
  }
  if (!conditions_.empty()) tell(source, *base_, conditions_);
  known_ = std::make_unique<model::Tilted>(*base_);
  if (!request.margins.empty()) misfit_ = base_->match(request.margins);
  if (request.balance.empty()) {
    strata_.push_back({base_.get(), request.rows});
  } else {
    add_balanced(source, request);
  }
  for (const std::string& text : request.rare) {
    const RareRows rare = parse_rare_rows(source.schema, text);
    strata_.push_back({&under(rare.condition, source), rare.rows});
  }
}

void Drawing::tell(const Source& source, const model::Tilted& tilted, const std::vector<Condition>& conditions) {
  std::string what = in_text(conditions);
  if (!(tilted.mass() > 0)) {
    throw UsageError("the model gives no probability to rows with " + what,
                     "ask for something that its rows can have; a value may be impossible by the schema's constraints");
  }
  told_.push_back({std::move(what), knowledge_of(tilted, conditions, source.released)});
}

/// Rows of `base_` that also hold `condition`.
const model::Tilted& Drawing::under(const Condition& condition, const Source& source) {
  require_drawn(*base_, condition.attribute, source.schema);
  std::vector<Condition> conditions = conditions_;
  conditions.push_back(condition);
  model::Tilted told = *known_;
  told.where(condition.attribute, condition.codes);
  tell(source, told, conditions);
  model::Tilted& own = *own_.emplace_back(std::make_unique<model::Tilted>(*base_));
  own.where(condition.attribute, condition.codes);
  return own;
}

void Drawing::add_balanced(const Source& source, const Request& request) {
  const std::uint32_t column = column_of(source.schema, request.balance);
  std::vector<std::uint32_t> codes;
  const std::vector<double> shares = base_->answer(schema::Marginal{column});
  for (std::uint32_t code = 0; code < shares.size(); ++code) {
    if (shares[code] > 0) codes.push_back(code);
  }
  if (codes.size() > kMostBalanced) {
    throw UsageError("'" + request.balance + "' has more than 100 values to balance", "choose another column");
  }
  for (std::size_t k = 0; k < codes.size(); ++k) {
    const Condition value{column, {codes[k]}, request.balance + "=" + source.schema.label(column, codes[k])};
    const std::uint64_t rows = request.rows / codes.size() + (k < request.rows % codes.size() ? 1 : 0);
    strata_.push_back({&under(value, source), rows});
  }
}

std::uint64_t Drawing::rows() const {
  std::uint64_t rows = 0;
  for (const model::Stratum& stratum : strata_) rows += stratum.rows;
  return rows;
}

void draw(const Source& source, const Drawing& drawing, std::uint64_t seed,
          const std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>& block) {
  if (!drawing.plain()) return model::sample(drawing.strata(), seed, block);
  model::sample({&source.generator, drawing.rows(), seed}, source.schema, block);
}

}  // namespace fedloom::sampling
