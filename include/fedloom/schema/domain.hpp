#pragma once
// The modelled attributes and the sizes of their public domains.

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::schema {

/// d attributes in a fixed public order; attribute i takes codes 0..size(i)-1.
class Domain {
 public:
  struct Axis {
    std::string name;
    std::uint32_t size = 0;
    bool operator==(const Axis&) const = default;
  };
  Domain() = default;
  /// Throws std::invalid_argument for a size of 0, an empty or a repeated name.
  explicit Domain(std::vector<Axis> axes);
  std::size_t dimensions() const noexcept { return axes_.size(); }      ///< d
  std::uint32_t size(std::size_t i) const { return axes_.at(i).size; }  ///< n_i
  const std::string& name(std::size_t i) const { return axes_.at(i).name; }
  /// First column of attribute i in a one-hot layout of width(): Σ_{j<i} n_j.
  std::uint32_t offset(std::size_t i) const { return offsets_.at(i); }
  std::uint32_t width() const noexcept { return offsets_.back(); }  ///< D = Σ n_i
  const std::vector<Axis>& axes() const noexcept { return axes_; }
  bool operator==(const Domain& o) const { return axes_ == o.axes_; }

 private:
  std::vector<Axis> axes_;
  std::vector<std::uint32_t> offsets_{0};
};

}  // namespace fedloom::schema
