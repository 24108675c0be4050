#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <sstream>

#include "arrays.hpp"
#include "bindings.hpp"
#include "fedloom/model/row_text.hpp"
#include "fedloom/sampling/drawing.hpp"
#include "fedloom/schema/query.hpp"
#include "interrupt.hpp"
#include "typed_columns.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;
using sampling::Source;
using Texts = std::vector<std::string>;

/// The model under conditions, as rows under them are drawn.
sampling::Drawing under(const Source& source, const Texts& where) {
  return sampling::Drawing(source, {.rows = 0, .where = where});
}

/// In the columns' own order, which is the schema's.
nb::object marginal(const Source& source, const Texts& columns, const Texts& where) {
  std::vector<std::uint32_t> attributes;
  for (const std::string& column : columns) attributes.push_back(sampling::column_of(source.schema, column));
  std::vector<double> answer;
  {
    const nb::gil_scoped_release unlocked;
    const sampling::Drawing drawing = under(source, where);
    const model::Tilted& tilted = *drawing.strata().front().rows_of;
    for (const std::uint32_t attribute : attributes) sampling::require_drawn(tilted, attribute, source.schema);
    answer = tilted.answer(schema::Marginal(std::move(attributes)));
  }
  return as_array(std::move(answer));
}

template <class Value>
nb::object or_none(const std::optional<Value>& value) {
  return value ? nb::cast(*value) : nb::none();
}

nb::dict as_dict(const Source& source, const sampling::Told& told) {
  const sampling::Knowledge& knowledge = told.knowledge;
  nb::dict out;
  out["condition"] = told.condition;
  out["mass"] = knowledge.mass;
  out["effective_components"] = knowledge.effective_components;
  out["components"] = source.generator.components();
  out["rows"] = or_none(knowledge.rows);
  out["sigma"] = or_none(knowledge.sigma);
  out["table"] = knowledge.sigma ? nb::cast(knowledge.table) : nb::none();
  out["rows_without_noise"] = or_none(knowledge.rows_without_noise());
  out["noise_hides_them"] = knowledge.noise_hides_them();
  out["words"] = sampling::in_words(knowledge, source.generator.components(), !source.released.measurements.empty());
  return out;
}

nb::list as_list(const Source& source, const std::vector<sampling::Told>& told) {
  nb::list out;
  for (const auto& one : told) out.append(as_dict(source, one));
  return out;
}

nb::list condition(const Source& source, const Texts& where) {
  std::optional<sampling::Drawing> drawing;
  {
    const nb::gil_scoped_release unlocked;
    drawing.emplace(under(source, where));
  }
  return as_list(source, drawing->told());
}

struct Wanted {
  std::uint64_t rows = 0;
  Texts where, rare;
  std::string balance, margins, margins_file;  ///< margins: what stands in such a file
  std::optional<std::uint64_t> seed;
};

sampling::Request request_of(const Source& source, const Wanted& wanted) {
  sampling::Request request{.rows = wanted.rows, .where = wanted.where, .balance = wanted.balance, .rare = wanted.rare};
  if (!wanted.margins_file.empty()) request.margins = sampling::load_margins(source.schema, wanted.margins_file);
  if (!wanted.margins.empty()) {
    std::istringstream text(wanted.margins);
    request.margins = sampling::read_margins(source.schema, text, "match");
  }
  return request;
}

/// Columns as TypedColumns::take, what is known of the conditions, and what is left of the margins.
nb::tuple draw(const Source& source, const Wanted& wanted) {
  std::optional<sampling::Drawing> drawing;
  std::optional<TypedColumns> columns;
  {
    const nb::gil_scoped_release unlocked;
    const std::uint64_t seed = wanted.seed.value_or(source.seed);
    drawing.emplace(source, request_of(source, wanted));
    columns.emplace(source.schema, drawing->rows());
    model::RowText texts(source.schema, seed);
    const std::size_t width = source.schema.attributes().size();
    Interrupt interrupt;
    sampling::draw(source, *drawing, seed, [&](std::span<const std::uint32_t> codes, std::size_t rows) {
      for (std::size_t row = 0; row < rows; ++row) {
        columns->add(texts.next(codes.subspan(row * width, width)));
        if (row % 1024 == 0) interrupt();
      }
    });
  }
  return nb::make_tuple(columns->take(), as_list(source, drawing->told()), or_none(drawing->misfit()));
}

Wanted wanted(std::uint64_t rows, Texts where, Texts rare, std::string balance) {
  return {.rows = rows, .where = std::move(where), .rare = std::move(rare), .balance = std::move(balance)};
}

}  // namespace

void bind_model(nb::module_& module) {
  nb::class_<Wanted>(module, "Wanted")
      .def(nb::new_(&wanted))
      .def("meet", [](Wanted& wanted, const std::string& margins) { wanted.margins = margins; })
      .def("meet_file", [](Wanted& wanted, const std::string& file) { wanted.margins_file = file; })
      .def("seed", [](Wanted& wanted, std::uint64_t seed) { wanted.seed = seed; });
  nb::class_<Source>(module, "Source")
      .def("schema", [](const Source& source) { return source.schema; })
      .def("components", [](const Source& source) { return source.generator.components(); })
      .def("privacy", [](const Source& source) { return source.card.privacy_json; })
      .def("notes", [](const Source& source) { return source.card.notes_json; })
      .def("config_hash", [](const Source& source) { return source.card.config_hash; })
      .def("seed", [](const Source& source) { return source.seed; })
      .def("marginal", &marginal)
      .def("condition", &condition)
      .def("draw", &draw);
  module.def("open_source", [](const std::string& path) {
    const nb::gil_scoped_release unlocked;
    return sampling::open_source(path);
  });
}

}  // namespace fedloom::python
