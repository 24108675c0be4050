#include "fedloom/schema/schema.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <unordered_set>

#include "lookup.hpp"

namespace fedloom::schema {
namespace {

std::uint32_t plain_size(const Attribute& attribute) {
  struct Size {
    std::uint32_t operator()(const Categorical& c) const {
      return static_cast<std::uint32_t>(c.values.size() + (c.outside == Outside::other));
    }
    std::uint32_t operator()(const Binned& b) const { return static_cast<std::uint32_t>(b.edges.size() - 1); }
    std::uint32_t operator()(const Coded& c) const { return c.size; }
  };
  return std::visit(Size{}, attribute.type);
}

/// 1/width when edge i is first + i·width for all but the last edge, within a tenth of a bin; else 0.
double equal_width(const std::vector<double>& edges) {
  const double width = edges[1] - edges[0];
  if (!(width > 0) || !std::isfinite(1 / width)) return 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    if (std::abs(edges[i] - (edges[0] + static_cast<double>(i) * width)) > 0.1 * width) return 0;
  }
  return 1 / width;
}

void add_field(FieldHasher& hasher, const Categorical& c) {
  hasher.field("categorical").field(c.values.size());
  for (const std::string& value : c.values) hasher.field(value);
  hasher.field(static_cast<std::uint64_t>(c.outside));
  hasher.field(c.outside == Outside::other ? c.other_label : std::string());
  if (c.hierarchy.empty()) return;
  hasher.field("hierarchy").field(std::uint64_t{c.hierarchy.by_prefix}).field(c.hierarchy.parents.size());
  for (const auto& [child, parent] : c.hierarchy.parents) hasher.field(child).field(parent);
}
void add_field(FieldHasher& hasher, const Binned& b) {
  hasher.field("binned").field(std::uint64_t{b.integer}).field(b.edges.size());
  // + 0.0 makes one zero of the two.
  for (const double edge : b.edges) hasher.field(std::bit_cast<std::uint64_t>(edge + 0.0));
  hasher.field(static_cast<std::uint64_t>(b.outside));
  if (b.calendar != Calendar::none) {
    hasher.field("calendar").field(static_cast<std::uint64_t>(b.calendar)).field(b.format.text);
  }
  if (b.private_bins > 0) hasher.field("private bins").field(std::uint64_t{b.private_bins});
}
void add_field(FieldHasher& hasher, const Origin& origin) {
  hasher.field("origin").field(static_cast<std::uint64_t>(origin.kind)).field(origin.columns.size());
  for (const std::string& column : origin.columns) hasher.field(column);
  hasher.field(static_cast<std::uint64_t>(origin.part)).field(static_cast<std::uint64_t>(origin.unit));
  hasher.field(origin.format.text);
}
void add_field(FieldHasher& hasher, const Coded& c) {
  hasher.field("coded").field(std::uint64_t{c.size}).field(static_cast<std::uint64_t>(c.outside));
}

}  // namespace

struct Schema::Later {
  std::once_flag once;
  std::unique_ptr<const Coherence> coherence;
};

std::uint32_t Attribute::size() const { return plain_size(*this) + (missing ? 1 : 0); }

std::vector<std::string> Attribute::sources() const {
  return origin.columns.empty() ? std::vector<std::string>{name} : origin.columns;
}

Schema::Schema(std::vector<Attribute> attributes, std::vector<std::string> ids)
    : attributes_(std::move(attributes)), ids_(std::move(ids)), id_patterns_(ids_.size()) {
  std::vector<Domain::Axis> axes;
  auto lookups = std::make_shared<std::vector<Lookup>>();
  for (const Attribute& attribute : attributes_) {
    check_attribute(attribute);
    axes.push_back({attribute.name, attribute.size()});
    Lookup& lookup = lookups->emplace_back();
    if (const auto* categorical = std::get_if<Categorical>(&attribute.type)) {
      for (const std::string& value : categorical->values) {
        lookup.codes.emplace(value, static_cast<std::uint32_t>(lookup.codes.size()));
      }
      lookup.ancestors = nearest_listed(*categorical, lookup.codes);
    }
    if (const auto* binned = std::get_if<Binned>(&attribute.type)) lookup.bins_per_unit = equal_width(binned->edges);
    if (attribute.missing) {
      for (const std::string& token : attribute.missing_tokens) lookup.codes.emplace(token, attribute.size() - 1);
    }
  }
  domain_ = Domain(std::move(axes));
  constraints_ = Constraints(attributes_, {});
  later_ = std::make_shared<Later>();
  lookups_ = std::move(lookups);
  std::unordered_set<std::string_view> names;
  for (const Attribute& attribute : attributes_) names.insert(attribute.name);
  for (const std::string& id : ids_) {
    if (id.empty()) throw std::invalid_argument("an id column has no name");
    if (!names.insert(id).second) throw std::invalid_argument("the column '" + id + "' is listed twice");
  }
}

Schema Schema::of_outputs() const {
  std::vector<Attribute> plain = attributes_;
  for (Attribute& attribute : plain) attribute.origin = {};
  Schema made(std::move(plain), ids_);
  made.id_patterns_ = id_patterns_;
  made.constraints_ = constraints_;
  made.later_ = std::make_shared<Later>();
  return made;
}

Schema Schema::only(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto same = [&](const Attribute& attribute) { return attribute.name == name; };
    if (std::none_of(attributes_.begin(), attributes_.end(), same)) {
      throw std::invalid_argument("the schema has no attribute '" + name + "'");
    }
  }
  std::vector<Attribute> kept;
  for (const Attribute& attribute : attributes_) {
    if (std::find(names.begin(), names.end(), attribute.name) != names.end()) kept.push_back(attribute);
  }
  Schema made(std::move(kept), ids_);
  made.id_patterns_ = id_patterns_;
  std::vector<std::uint32_t> place(attributes_.size(), Constraints::unset);
  for (std::uint32_t i = 0, next = 0; i < attributes_.size(); ++i) {
    if (std::find(names.begin(), names.end(), attributes_[i].name) != names.end()) place[i] = next++;
  }
  std::vector<Constraint> left;
  for (const Constraint& constraint : constraints_.list()) {
    if (auto moved = constraint.moved(place)) left.push_back(std::move(*moved));
  }
  return left.empty() ? made : made.constrained(std::move(left));
}

Schema Schema::with_id_patterns(std::vector<IdPattern> patterns) const {
  if (patterns.size() != ids_.size()) throw std::invalid_argument("there are not as many patterns as identifiers");
  Schema made = *this;
  made.id_patterns_ = std::move(patterns);
  return made;
}

Schema Schema::constrained(std::vector<Constraint> constraints) const {
  Schema made = *this;
  made.constraints_ = Constraints(attributes_, std::move(constraints));
  made.constraints_.require_possible();
  made.later_ = std::make_shared<Later>();
  return made;
}

const Coherence& Schema::coherence() const {
  std::call_once(later_->once, [&] { later_->coherence = std::make_unique<Coherence>(attributes_, constraints_); });
  return *later_->coherence;
}

Digest Schema::hash() const {
  FieldHasher hasher;
  hasher.field("fedloom schema 1").field(attributes_.size());
  for (const Attribute& attribute : attributes_) {
    hasher.field(attribute.name);
    std::visit([&](const auto& type) { add_field(hasher, type); }, attribute.type);
    if (!attribute.origin.is_own_cell()) add_field(hasher, attribute.origin);
    hasher.field(std::uint64_t{attribute.missing});
    if (!attribute.missing) continue;
    hasher.field(attribute.missing_tokens.size());
    for (const std::string& token : attribute.missing_tokens) hasher.field(token);
  }
  if (!constraints_.empty()) hasher.field("constraints").field(constraints_.list().size());
  for (const Constraint& constraint : constraints_.list()) constraint.add_to(hasher);
  return hasher.finish();
}

}  // namespace fedloom::schema
