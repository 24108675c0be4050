#pragma once
// What a report counts of a row.

#include "fedloom/data/source.hpp"

namespace fedloom::data {

LoadReport empty_report(const schema::Schema& schema);
void count(LoadReport::PerColumn& column, const schema::Attribute& attribute, const schema::Encoded& encoded);

}  // namespace fedloom::data
