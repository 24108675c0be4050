#pragma once
// Whose a row is, and whether it is among the rows of its entity that count.

#include <string>
#include <unordered_map>

#include "fedloom/data/row_source.hpp"
#include "fedloom/data/source.hpp"

namespace fedloom::data {

/// Counts the entities, and the rows of each.
class EntityBound {
 public:
  EntityBound(const RowSource& rows, const Unit& unit);
  /// Whether the source's row is among its entity's first max_rows. Throws DataError when it names no entity.
  bool keeps(const RowSource& rows);
  /// Number of the entity whose row was kept last, from 0 in the order in which they first appear.
  std::uint64_t entity() const noexcept { return entity_; }

 private:
  struct Entity {
    std::uint64_t number = 0;
    std::uint32_t rows = 0;
  };
  std::size_t column_ = 0;
  bool by_column_ = false;
  std::string name_;
  std::uint32_t max_rows_ = 1;
  std::unordered_map<std::string, Entity> entities_;
  std::uint64_t entity_ = 0;
  std::uint64_t seen_ = 0;  ///< entities so far
};

}  // namespace fedloom::data
