#include "entity_bound.hpp"

#include <string_view>

namespace fedloom::data {
namespace {

std::string without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

EntityBound::EntityBound(const RowSource& rows, const Unit& unit) : max_rows_(unit.max_rows) {
  if (!unit.column) return;
  by_column_ = true;
  name_ = *unit.column;
  column_ = column_of(rows, name_);
}

bool EntityBound::keeps(const RowSource& rows) {
  if (!by_column_) {
    entity_ = seen_++;
    return true;
  }
  // Spaces around an id would make one entity two, and break its bound.
  std::string entity = without_spaces(rows.cells()[column_]);
  if (entity.empty()) {
    throw DataError(rows.position(), "the row has no value in column '" + name_ + "', which says whose row it is",
                    "fill it in, or leave the row out");
  }
  const auto [place, is_new] = entities_.try_emplace(std::move(entity), Entity{seen_});
  seen_ += is_new;
  Entity& known = place->second;
  if (known.rows >= max_rows_) return false;
  ++known.rows;
  entity_ = known.number;
  return true;
}

}  // namespace fedloom::data
