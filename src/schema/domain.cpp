#include "fedloom/schema/domain.hpp"

#include <limits>
#include <stdexcept>
#include <unordered_set>

namespace fedloom::schema {

Domain::Domain(std::vector<Axis> axes) : axes_(std::move(axes)) {
  offsets_.reserve(axes_.size() + 1);
  std::unordered_set<std::string_view> names;
  for (const Axis& axis : axes_) {
    if (axis.name.empty()) throw std::invalid_argument("an attribute has no name");
    if (axis.size == 0) throw std::invalid_argument("the attribute '" + axis.name + "' has no values");
    if (!names.insert(axis.name).second)
      throw std::invalid_argument("the attribute '" + axis.name + "' is listed twice");
    if (axis.size > std::numeric_limits<std::uint32_t>::max() - offsets_.back()) {
      throw std::invalid_argument("the attributes have more than 2^32 - 1 values together");
    }
    offsets_.push_back(offsets_.back() + axis.size);
  }
}

}  // namespace fedloom::schema
