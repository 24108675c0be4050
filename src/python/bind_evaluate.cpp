#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "fedloom/evaluate/request.hpp"
#include "fedloom/schema/source_name.hpp"
#include "frame_rows.hpp"
#include "interrupt.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;
using Texts = std::vector<std::string>;

template <class Value>
using Array = nb::ndarray<const Value, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class Value>
std::vector<Value> copied(const Array<Value>& array) {
  return {array.data(), array.data() + array.shape(0)};
}

void add(Frame& frame, Frame::Column column, std::size_t rows) {
  if (!frame.columns.empty() && rows != frame.rows) {
    throw DataError({frame.name}, "the column '" + column.name + "' has another length than those before it",
                    "give columns of one length");
  }
  frame.rows = rows;
  frame.columns.push_back(std::move(column));
}

void add_words(Frame& frame, const std::string& name, Texts texts, const Array<std::int32_t>& codes) {
  Frame::Words words{std::move(texts), copied(codes)};
  for (const auto code : words.codes) {
    if (code >= static_cast<std::int64_t>(words.texts.size())) throw std::out_of_range("a code has no text");
  }
  const std::size_t rows = words.codes.size();
  add(frame, {name, std::move(words), {}}, rows);
}

void add_whole(Frame& frame, const std::string& name, const Array<std::int64_t>& values,
               const std::optional<Array<std::uint8_t>>& missing) {
  Frame::Column column{name, copied(values), {}};
  if (missing) column.missing = copied(*missing);
  if (missing && column.missing.size() != values.shape(0)) throw std::out_of_range("flags of another length");
  add(frame, std::move(column), values.shape(0));
}

/// A name, and a source of rows or a table of Python's.
using Named = std::pair<std::string, std::variant<std::string, std::shared_ptr<Frame>>>;

evaluate::Rows load(const Named& table, const schema::Schema& schema) {
  if (const auto* source = std::get_if<std::string>(&table.second)) {
    return evaluate::load_rows(table.first, schema::with_scheme(*source), schema);
  }
  const auto& frame = std::get<std::shared_ptr<Frame>>(table.second);
  return evaluate::load_rows(
      table.first, [&] { return std::make_unique<FrameRows>(frame); }, schema);
}

std::vector<evaluate::Rows> load_all(const std::vector<Named>& tables, const schema::Schema& schema,
                                     Interrupt& interrupt) {
  std::vector<evaluate::Rows> rows;
  for (const auto& table : tables) {
    interrupt();
    rows.push_back(load(table, schema));
  }
  return rows;
}

struct Tables {
  std::vector<Named> real, synthetic;
  std::optional<Named> test;
};

/// The figures as JSON for programs and as text for people. PRIVATE.
std::pair<std::string, std::string> compare(const Tables& tables, const schema::Schema& schema,
                                            evaluate::Request request) {
  const nb::gil_scoped_release unlocked;
  Interrupt interrupt;
  request.own_test_rows = tables.test.has_value();
  evaluate::Options options = evaluate::options_of(request, schema);
  options.check = interrupt;
  if (tables.test) options.test = load(*tables.test, schema);
  const auto real = load_all(tables.real, schema, interrupt);
  const auto synthetic = load_all(tables.synthetic, schema.of_outputs(), interrupt);
  const auto found = evaluate::evaluate(real, synthetic, schema, std::move(options));
  return {evaluate::to_json(found, schema), evaluate::to_text(found, schema)};
}

}  // namespace

void bind_evaluate(nb::module_& module) {
  nb::class_<Frame>(module, "Frame")
      .def(nb::new_([](const std::string& name, std::size_t rows) {
        return std::make_shared<Frame>(Frame{.name = name, .columns = {}, .rows = rows});
      }))
      .def("add_words", &add_words)
      .def("add_whole", &add_whole, nb::arg(), nb::arg(), nb::arg().none())
      .def("add_real", [](Frame& frame, const std::string& name, const Array<double>& values) {
        add(frame, {name, copied(values), {}}, values.shape(0));
      });
  nb::class_<Tables>(module, "Tables")
      .def(nb::init<>())
      .def_rw("real", &Tables::real)
      .def_rw("synthetic", &Tables::synthetic)
      .def_rw("test", &Tables::test);
  nb::class_<evaluate::Request>(module, "Request")
      .def(nb::init<>())
      .def_rw("degree", &evaluate::Request::degree)
      .def_rw("subgroups", &evaluate::Request::subgroups)
      .def_rw("target", &evaluate::Request::target)
      .def_rw("protected_columns", &evaluate::Request::protected_columns)
      .def_rw("learners", &evaluate::Request::learners)
      .def_rw("detection", &evaluate::Request::detection);
  module.def("compare", &compare);
}

}  // namespace fedloom::python
