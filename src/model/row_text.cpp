#include "fedloom/model/row_text.hpp"

namespace fedloom::model {
RowText::RowText(const schema::Schema& schema, std::uint64_t seed)
    : schema_(schema),
      columns_(schema.ids()),
      place_(seed, "place in bin"),
      tied_(seed, "place of tied numbers"),
      computed_(seed, "place of numbers to compute from") {
  for (const schema::Attribute& attribute : schema.attributes()) columns_.push_back(attribute.name);
  texts_.resize(columns_.size());
}

const std::vector<std::string>& RowText::next(std::span<const std::uint32_t> codes) {
  const std::size_t first = ids();
  ++row_;
  for (std::size_t k = 0; k < first; ++k) texts_[k] = schema_.id_patterns()[k].write(row_);
  for (std::size_t i = 0; i < codes.size(); ++i) texts_[first + i] = schema_.decode(i, codes[i], place_.uniform());
  schema_.constraints().place(codes, tied_, placed_);
  for (const auto& [attribute, value] : placed_) {
    texts_[first + attribute] = schema_.decode_number(attribute, codes[attribute], value);
  }
  codes_.assign(codes.begin(), codes.end());
  schema_.coherence().settle({codes_, std::span(texts_).subspan(first)}, computed_);
  return texts_;
}

bool RowText::is_missing(std::size_t column) const {
  if (column < ids()) return false;
  const schema::Attribute& attribute = schema_.attributes()[column - ids()];
  return attribute.missing && codes_[column - ids()] + 1 == attribute.size();
}

}  // namespace fedloom::model
