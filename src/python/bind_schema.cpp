#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/config/sdv_metadata.hpp"
#include "typed_columns.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;
using schema::Calendar;

const char* kind_of(const schema::Attribute& attribute) {
  if (std::holds_alternative<schema::Coded>(attribute.type)) return "coded";
  if (const auto* binned = std::get_if<schema::Binned>(&attribute.type)) {
    if (binned->calendar == Calendar::date) return "date";
    if (binned->calendar == Calendar::datetime) return "datetime";
    return binned->integer ? "integer" : "real";
  }
  return std::get<schema::Categorical>(attribute.type).hierarchy.empty() ? "categorical" : "hierarchical";
}

/// Of the texts of dates in a table's column that the attribute reads; empty: ISO 8601.
std::string format_of(const schema::Attribute& attribute) {
  if (!attribute.origin.is_own_cell()) return attribute.origin.format.text;
  const auto* binned = std::get_if<schema::Binned>(&attribute.type);
  return binned == nullptr ? std::string() : binned->format.text;
}

nb::dict as_dict(const schema::Schema& schema, std::size_t k) {
  const schema::Attribute& attribute = schema.attributes()[k];
  nb::dict told;
  told["name"] = attribute.name;
  told["kind"] = kind_of(attribute);
  told["size"] = attribute.size();
  told["missing"] = attribute.missing;
  told["categories"] = categories_of(attribute);
  std::vector<std::string> labels;
  for (std::uint32_t code = 0; code < attribute.size(); ++code) labels.push_back(schema.label(k, code));
  told["labels"] = labels;
  const auto* binned = std::get_if<schema::Binned>(&attribute.type);
  told["edges"] = binned == nullptr ? nb::none() : as_array(std::vector<double>(binned->edges));
  told["sources"] = attribute.sources();
  told["date_format"] = format_of(attribute);
  return told;
}

nb::list attributes_of(const schema::Schema& schema) {
  nb::list all;
  for (std::size_t k = 0; k < schema.attributes().size(); ++k) all.append(as_dict(schema, k));
  return all;
}

std::vector<std::string> constraints_of(const schema::Schema& schema) {
  std::vector<std::string> all;
  for (const auto& constraint : schema.constraints().list()) all.push_back(constraint.text);
  return all;
}

}  // namespace

void bind_schema(nb::module_& module) {
  nb::class_<schema::Schema>(module, "Schema")
      .def("attributes", &attributes_of)
      .def("ids", &schema::Schema::ids)
      .def("constraints", &constraints_of)
      .def("yaml", &config::schema_yaml)
      .def("hash", [](const schema::Schema& schema) { return to_hex(schema.hash()); })
      .def("sdv_metadata", [](const schema::Schema& schema, const std::string& table, bool single_table) {
        return config::sdv_metadata(schema, {.table = table, .single_table = single_table});
      });
  module.def("load_schema", [](const std::string& file) { return config::load_schema(file); });
}

}  // namespace fedloom::python
