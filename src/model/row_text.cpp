#include "fedloom/model/row_text.hpp"

#include "fedloom/schema/number.hpp"

namespace fedloom::model {
namespace {

std::string text_of(const schema::Schema& schema, std::size_t attribute, std::uint32_t code, double value) {
  const auto* binned = std::get_if<schema::Binned>(&schema.attributes()[attribute].type);
  if (binned == nullptr) return schema.decode(attribute, code, 0);
  if (!binned->integer) return schema::shortest(value);
  // The middle of the number's own part of the bin.
  const double first = binned->edges[code], last = code + 2 == binned->edges.size() ? 1 : 0;
  const double numbers = binned->edges[code + 1] - first + last;
  return schema.decode(attribute, code, (value - first + 0.5) / numbers);
}

}  // namespace

RowText::RowText(const schema::Schema& schema, std::uint64_t seed)
    : schema_(schema), columns_(schema.ids()), place_(seed, "place in bin"), tied_(seed, "place of tied numbers") {
  for (const schema::Attribute& attribute : schema.attributes()) columns_.push_back(attribute.name);
  texts_.resize(columns_.size());
}

const std::vector<std::string>& RowText::next(std::span<const std::uint32_t> codes) {
  const std::size_t first = ids();
  ++row_;
  for (std::size_t k = 0; k < first; ++k) texts_[k] = std::to_string(row_);
  for (std::size_t i = 0; i < codes.size(); ++i) texts_[first + i] = schema_.decode(i, codes[i], place_.uniform());
  schema_.constraints().place(codes, tied_, placed_);
  for (const auto& [attribute, value] : placed_) {
    texts_[first + attribute] = text_of(schema_, attribute, codes[attribute], value);
  }
  return texts_;
}

}  // namespace fedloom::model
