#include "fedloom/schema/coarsening.hpp"

#include <algorithm>
#include <numeric>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fedloom/base/check.hpp"

namespace fedloom::schema {
namespace {

using nlohmann::json;

/// What is wrong with the axes; empty when nothing is.
std::string fault_of(const std::vector<Coarsening::Axis>& axes) {
  std::size_t codes = 0;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const auto& [attribute, bin_of] = axes[k];
    if (k > 0 && axes[k - 1].attribute >= attribute) return "the merged attributes are not in ascending order";
    codes += bin_of.size();
    if (bin_of.empty()) return "a merged attribute has no codes";
    if (codes > Coarsening::max_codes) return "more than 2^23 codes are merged";
    // Fewer bins than codes, and no gap: as many bits as codes are enough.
    std::vector<bool> used(bin_of.size(), false);
    for (const std::uint32_t bin : bin_of) {
      if (bin >= used.size()) return "a bin has no code";
      used[bin] = true;
    }
    const auto gap = std::find(used.begin(), used.end(), false);
    if (gap == used.end()) return "a merged attribute keeps all its codes";
    if (std::find(gap, used.end(), true) != used.end()) return "a bin has no code";
  }
  return {};
}

Coarsening::Axis axis_of(const json& value, const Domain& fine) {
  const auto name = value.at("attribute").get<std::string>();
  for (std::uint32_t i = 0; i < fine.dimensions(); ++i) {
    if (fine.name(i) == name) return {i, value.at("bin_of").get<std::vector<std::uint32_t>>()};
  }
  throw std::invalid_argument("the schema has no attribute '" + name + "'");
}

}  // namespace

std::uint32_t Coarsening::Axis::bins() const { return *std::max_element(bin_of.begin(), bin_of.end()) + 1; }

Coarsening::Coarsening(std::vector<Axis> axes) {
  if (const std::string fault = fault_of(axes); !fault.empty()) throw std::invalid_argument(fault);
  if (!axes.empty()) axes_ = std::make_shared<const std::vector<Axis>>(std::move(axes));
}

const std::vector<Coarsening::Axis>& Coarsening::axes() const noexcept {
  static const std::vector<Axis> none;
  return axes_ ? *axes_ : none;
}

bool Coarsening::fits(const Domain& fine) const {
  return std::all_of(axes().begin(), axes().end(), [&](const Axis& axis) {
    return axis.attribute < fine.dimensions() && axis.bin_of.size() == fine.size(axis.attribute);
  });
}

std::vector<std::uint32_t> Coarsening::bins_of(std::uint32_t attribute, std::uint32_t size) const {
  for (const Axis& axis : axes()) {
    if (axis.attribute == attribute) return axis.bin_of;
  }
  std::vector<std::uint32_t> own(size);
  std::iota(own.begin(), own.end(), 0U);
  return own;
}

Domain Coarsening::over(const Domain& fine) const {
  if (empty()) return fine;
  FEDLOOM_CHECK(fits(fine));
  std::vector<Domain::Axis> sizes = fine.axes();
  for (const Axis& axis : axes()) sizes[axis.attribute].size = axis.bins();
  return Domain(std::move(sizes));
}

bool Coarsening::operator==(const Coarsening& other) const { return axes_ == other.axes_ || axes() == other.axes(); }

void write(ByteWriter& out, const Coarsening& coarsening) {
  out.u32(static_cast<std::uint32_t>(coarsening.axes().size()));
  for (const auto& [attribute, bin_of] : coarsening.axes()) {
    out.u32(attribute);
    out.u32(static_cast<std::uint32_t>(bin_of.size()));
    for (const std::uint32_t bin : bin_of) out.u32(bin);
  }
}

Coarsening read_coarsening(ByteReader& in) {
  std::vector<Coarsening::Axis> axes;
  const std::uint32_t count = in.u32();
  std::size_t codes = 0;
  for (std::uint32_t k = 0; k < count && in.ok(); ++k) {
    Coarsening::Axis& axis = axes.emplace_back();
    axis.attribute = in.u32();
    const std::uint32_t size = in.u32();
    codes += size;
    if (size == 0 || codes > Coarsening::max_codes) in.fail();
    for (std::uint32_t code = 0; code < size && in.ok(); ++code) axis.bin_of.push_back(in.u32());
  }
  if (in.ok() && !fault_of(axes).empty()) in.fail();
  return in.ok() ? Coarsening(std::move(axes)) : Coarsening();
}

std::string to_json(const Coarsening& coarsening, const Domain& fine) {
  json list = json::array();
  for (const auto& [attribute, bin_of] : coarsening.axes()) {
    list.push_back({{"attribute", fine.name(attribute)}, {"bin_of", bin_of}});
  }
  return list.dump();
}

Coarsening coarsening_from_json(std::string_view text, const Domain& fine) {
  try {
    std::vector<Coarsening::Axis> axes;
    const json list = json::parse(text);
    if (!list.is_array()) throw std::invalid_argument("the coarsening is not a list");
    for (const json& value : list) axes.push_back(axis_of(value, fine));
    Coarsening coarsening(std::move(axes));
    if (!coarsening.fits(fine)) throw std::invalid_argument("a merged attribute has another number of codes");
    return coarsening;
  } catch (const json::exception&) {
    throw std::invalid_argument("the coarsening is not a list of attributes with their bins");
  }
}

}  // namespace fedloom::schema
