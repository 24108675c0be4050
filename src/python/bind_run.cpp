// What a run left: its experiment's schema, its measurements and its rows.

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "arrays.hpp"
#include "bindings.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/row_source.hpp"
#include "interrupt.hpp"
#include "typed_columns.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;
namespace fs = std::filesystem;

/// Which bin each code of an attribute is in; none: each is its own.
nb::object bins_of(const boundary::Measurement& measurement, std::uint32_t attribute, const schema::Domain& domain) {
  const auto& axes = measurement.coarsening.axes();
  const auto same = [&](const auto& axis) { return axis.attribute == attribute; };
  if (std::none_of(axes.begin(), axes.end(), same)) return nb::none();
  return as_array(measurement.coarsening.bins_of(attribute, domain.size(attribute)));
}

nb::dict as_dict(const boundary::Measurement& measurement, const schema::Domain& domain) {
  const bool marginal = measurement.query.kind == schema::Query::Kind::marginal;
  nb::dict told;
  std::vector<std::string> names;
  nb::list shape, bins;
  for (const std::uint32_t attribute : measurement.query.marginal) {
    const auto codes = measurement.coarsening.bins_of(attribute, domain.size(attribute));
    names.push_back(domain.name(attribute));
    shape.append(*std::max_element(codes.begin(), codes.end()) + 1);
    bins.append(bins_of(measurement, attribute, domain));
  }
  std::vector<double> values;
  for (std::size_t k = 0; k < measurement.grid_values.size(); ++k) values.push_back(measurement.value(k));
  told["kind"] = marginal ? "marginal" : "sketch";
  told["columns"] = names;
  told["shape"] = shape;
  told["bins"] = bins;
  told["values"] = as_array(std::move(values));
  told["sigma"] = measurement.sigma;
  told["round"] = measurement.round;
  told["look"] = measurement.look;
  return told;
}

nb::list measurements(const std::string& file, const schema::Schema& schema) {
  nb::list all;
  for (const auto& measurement : boundary::load_measurements(file, schema.domain())) {
    all.append(as_dict(measurement, schema.domain()));
  }
  return all;
}

/// Rows that Fedloom wrote, as TypedColumns::take.
nb::list read_rows(const std::string& file, const schema::Schema& schema) {
  TypedColumns columns(schema, 0);
  {
    const nb::gil_scoped_release unlocked;
    std::vector<std::string> header = schema.ids();
    for (const auto& attribute : schema.attributes()) header.push_back(attribute.name);
    auto rows = data::open_source("csv:" + file, fs::current_path());
    if (rows->header() != header) {
      throw DataError({file, 1}, "the header is not that of rows which Fedloom wrote of this schema",
                      "name a run's synthetic.csv and its own schema");
    }
    data::RowRequest request;
    for (std::size_t k = 0; k < header.size(); ++k) request.columns.push_back(k);
    rows = data::start_rows(std::move(rows), request);
    Interrupt interrupt;
    while (rows->next()) {
      columns.add(rows->cells());
      interrupt();
    }
  }
  return columns.take();
}

}  // namespace

void bind_run(nb::module_& module) {
  module.def("measurements", &measurements);
  module.def("read_rows", &read_rows);
  module.def("experiment_name", [](const std::string& file) { return config::load_experiment(file).name; });
  module.def("schema_of_run", [](const std::string& run) { return config::experiment_of(run).schema; });
}

}  // namespace fedloom::python
